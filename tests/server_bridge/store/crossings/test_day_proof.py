"""Test the proof of a gate's day, and the faults that it reports."""

import json
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec.structs import replace

from gate_contract.crossing import chain_over, encode_batch
from gate_contract.errors import ContractError, SchoolgateError
from gate_contract.ledger_signature import head_bytes, key_text, sign_head
from gate_contract.proof import DayProof, decode_proof, find_faults
from gate_contract.topics import GateChannel, gate
from gate_contract.verdicts import Verdict
from server_bridge.cli import gate_bridge
from server_bridge.home import initialise
from server_bridge.ingest.inbox import Inbox
from server_bridge.store.crossings.day_proof import prove_day
from server_bridge.store.database import Database
from server_bridge.store.gates.certificates import store_certificate
from server_bridge.store.units.tree import Unit, add_gate, add_unit
from tests.builders.school import GATE, SCHOOL, ZONE, Scribe
from tests.fakes.clock import MORNING_MS

DAY = date(2026, 9, 7)
DAY_MS = 86_400_000
KEY = ec.generate_private_key(ec.SECP256R1())


class District:
    """A bridge's folder with one gate that signs its records, which are stored."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = initialise(folder)
        self.database: Database = self.home.database()
        with self.database.write() as connection:
            add_unit(connection, Unit(SCHOOL, "Trường THCS A", "school", None))
            add_gate(connection, GATE, SCHOOL, MORNING_MS, key_text(KEY.public_key()))

    def take(
        self,
        scribe: Scribe,
        first: int,
        last: int,
        key: ec.EllipticCurvePrivateKey | None = KEY,
    ) -> None:
        batch = scribe.batch(first, last)
        if key:
            head = head_bytes(GATE, batch.ledger_id, batch.last_seq, batch.head)
            batch = replace(batch, signature=sign_head(key, head))
        letter = (gate(GATE, GateChannel.CROSSINGS), encode_batch(batch))
        taken = Inbox(self.database, ZONE).store([letter], MORNING_MS + 3 * DAY_MS)
        assert not taken.set_aside

    def proof(self, day: date = DAY) -> DayProof:
        with self.database.read() as connection:
            return prove_day(connection, GATE, day)

    def edit(self, sql: str) -> None:
        with self.database.write() as connection:
            connection.execute(sa.text(sql))

    def run(self, *arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(gate_bridge, [*arguments, "--home", str(self.folder)])
        return done.exit_code, done.output + str(done.exception or "")


@pytest.fixture
def scribe() -> Scribe:
    """Return two days of records: five crossings and a refusal, then two crossings."""
    written = Scribe().enter(1, 2, 3).leave(2, at=MORNING_MS + 1_000)
    written.write(Verdict.EXPIRED, 9, at=MORNING_MS + 2_000).enter(4, at=MORNING_MS + 3_000)
    return written.enter(1, 2, at=MORNING_MS + DAY_MS)


@pytest.fixture
def district(tmp_path: Path, scribe: Scribe) -> District:
    made = District(tmp_path / "bridge")
    made.take(scribe, 1, 4)
    made.take(scribe, 5, 8)
    return made


def test_a_day_is_proven(district: District) -> None:
    proof = district.proof()
    assert (proof.entered, proof.left) == (4, 1)
    assert find_faults(proof) == []
    status, told = district.run("audit", "--gate", GATE, "--day", str(DAY))
    assert status == 0, told
    assert "records 1 to 6, signed through 8" in told


def test_a_later_day_begins_where_the_one_before_ended(district: District) -> None:
    proof = district.proof(date(2026, 9, 8))
    assert find_faults(proof) == []
    assert [record.seq for record in proof.ledgers[0].records] == [7, 8]


def test_a_day_without_anybody_is_proven(district: District) -> None:
    assert find_faults(district.proof(date(2026, 9, 9))) == []


def test_the_proof_is_complete_in_itself(district: District, tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    status, told = district.run("audit", "--gate", GATE, "--day", str(DAY), "--json")
    assert status == 0
    file.write_text(told.splitlines()[0])
    done = CliRunner().invoke(gate_bridge, ["audit-check", str(file)])
    assert done.exit_code == 0, done.output
    assert key_text(KEY.public_key()) in done.output
    edited = json.loads(file.read_text())
    edited["ledgers"][0]["records"][0]["card_id"] = "00000000000000aa"
    file.write_text(json.dumps(edited))
    done = CliRunner().invoke(gate_bridge, ["audit-check", str(file)])
    assert isinstance(done.exception, SchoolgateError)
    with pytest.raises(ContractError):
        decode_proof(b"{}")


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("UPDATE crossings SET card_id = '00000000000000aa' WHERE seq = 2", "do not lead to"),
        ("UPDATE crossings SET verdict = 'repeat' WHERE seq = 5", "do not lead to"),
        ("DELETE FROM crossings WHERE seq = 3", "record 3 is missing"),
        ("UPDATE signed_heads SET chain = '" + "0" * 64 + "'", "do not lead to"),
        ("UPDATE signed_heads SET seq = 7", "do not lead to"),
        ("DELETE FROM signed_heads", "not signed it"),
        ("UPDATE gates SET public_key = NULL", "not this gate's"),
        ("UPDATE ledgers SET proven_chain = '" + "0" * 64 + "'", "does not begin"),
        ("UPDATE counts SET entered = entered + 1", "differ from a recount"),
        ("UPDATE presence SET inside = NOT inside", "differ from a recount"),
    ],
)
def test_what_was_edited_is_found(district: District, sql: str, fault: str) -> None:
    district.edit(sql)
    status, told = district.run("audit", "--gate", GATE, "--day", str(DAY))
    assert status != 0
    assert fault in told


def test_another_key_is_found(district: District) -> None:
    other = key_text(ec.generate_private_key(ec.SECP256R1()).public_key())
    assert any(
        "not this gate's" in fault
        for fault in find_faults(replace(district.proof(), public_key=other))
    )


def test_a_day_before_the_device_was_replaced_is_proven_by_its_own_key(
    district: District,
) -> None:
    newer = ec.generate_private_key(ec.SECP256R1())
    with district.database.write() as connection:
        for number, key in enumerate((KEY, newer)):
            store_certificate(connection, GATE, number, key_text(key.public_key()), number)
    proof = district.proof()
    assert proof.public_key == key_text(KEY.public_key())
    assert not find_faults(proof)


def test_a_rewritten_chain_is_found(district: District) -> None:
    """An attacker who edits rows and recomputes the chain does not have the gate's key."""
    proof = district.proof()
    ledger = proof.ledgers[0]
    records = [
        replace(record, card_id="00000000000000aa") if record.seq == 2 else record
        for record in ledger.records
    ]
    assert ledger.signed
    chain = chain_over(bytes.fromhex(ledger.previous), records).hex()
    rewritten = replace(ledger, records=records, signed=replace(ledger.signed, chain=chain))
    assert any(
        "not this gate's" in fault for fault in find_faults(replace(proof, ledgers=[rewritten]))
    )


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        (None, "not signed"),
        (ec.generate_private_key(ec.SECP256R1()), "not signed"),
    ],
)
def test_who_signs_wrongly_or_not_is_counted_and_not_proven(
    tmp_path: Path, scribe: Scribe, key: ec.EllipticCurvePrivateKey | None, fault: str
) -> None:
    district = District(tmp_path / "other")
    district.take(scribe, 1, 8, key)
    proof = district.proof()
    assert (proof.entered, proof.left) == (4, 1)
    assert any(fault in found for found in find_faults(proof))


def test_records_after_the_signed_head_are_not_proven(tmp_path: Path, scribe: Scribe) -> None:
    district = District(tmp_path / "other")
    district.take(scribe, 1, 4)
    district.take(scribe, 5, 8, None)
    assert any("after 4 are not signed" in fault for fault in find_faults(district.proof()))


def test_an_unknown_gate_is_explained(district: District) -> None:
    status, told = district.run("audit", "--gate", "vg-none")
    assert status != 0
    assert "gate list" in told
