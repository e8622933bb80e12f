"""Test sealed visitor details: stored beside their crossing, erased without breaking the chain."""

from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from device.ledger.uplink_ledger import UplinkLedger
from device.scan.claims import Visitors
from gate_contract.crossing import Direction, encode_batch
from gate_contract.id_documents import IdKind
from gate_contract.topics import GateChannel
from gate_contract.topics import gate as topic_of
from gate_contract.verdicts import Verdict
from gate_contract.visitor_details import unseal
from server_bridge.store.crossings.day_proof import prove_day
from server_bridge.store.database import Database
from server_bridge.store.people.visitors import (
    VisitorDetailsAccess,
    erase_details,
    log_access,
    logged_accesses,
    visits,
)
from server_bridge.store.units.tree import add_gate
from tests.builders.intake import NOW_MS, assert_sound, figures, take
from tests.builders.scanning_gate import GATE_ID, Gate
from tests.builders.school import SCHOOL
from tests.fakes.clock import MORNING_MS
from tests.gate_contract import id_document_samples

DISTRICT = X25519PrivateKey.from_private_bytes(bytes(range(32)))
MONDAY = date(2026, 9, 7)
TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def messages(tmp_path: Path) -> list[tuple[str, bytes]]:
    """Return the messages of a gate from two days, with one pupil and one visitor."""
    accept = Visitors(frozenset(IdKind), b"k" * 32, DISTRICT.public_key())
    gate = Gate(tmp_path / "ledger.db", visitors=accept)
    for _ in range(2):
        assert gate.show(7, id_document_samples.CHIP_ID.encode()) == [Verdict.ADMITTED_IN] * 2
        gate.leave(600_000)
        assert gate.show(id_document_samples.CHIP_ID.encode()) == [Verdict.ADMITTED_OUT]
        gate.leave(86_400_000)
    gate.keeper.close()
    ledger = UplinkLedger.open(gate.path, GATE_ID)
    batch = encode_batch(ledger.batch(1, 99))
    ledger.close()
    return [(topic_of(GATE_ID, GateChannel.CROSSINGS), batch)]


@pytest.fixture
def stored(database: Database, messages: list[tuple[str, bytes]]) -> Database:
    with database.write() as connection:
        add_gate(connection, GATE_ID, SCHOOL, MORNING_MS)
    late = NOW_MS + 3 * 86_400_000
    assert take(database, messages, late).new == 7
    assert take(database, messages, late).new == 0
    return database


def test_words_are_kept_beside_their_crossing(stored: Database) -> None:
    assert_sound(stored)
    with stored.read() as connection:
        monday = visits(connection, SCHOOL, MONDAY, MONDAY)
        assert len(visits(connection, SCHOOL, MONDAY, TUESDAY)) == 4
        assert visits(connection, "th-b", MONDAY, TUESDAY) == []
    assert [visit.direction for visit in monday] == [Direction.IN, Direction.OUT]
    for visit in monday:
        assert visit.sealed
        assert unseal(visit.sealed, visit.card_id, DISTRICT).number == "999085012345"
    assert figures(stored, SCHOOL, NOW_MS) == (1, 2, 1, 2), "the pupil is inside, the visitor left"


def test_what_is_erased_is_gone_and_the_proof_stays(stored: Database) -> None:
    with stored.write() as connection:
        assert erase_details(connection, TUESDAY) == 2
        assert erase_details(connection, TUESDAY) == 0
    with stored.read() as connection:
        days = [visits(connection, SCHOOL, day, day) for day in (MONDAY, TUESDAY)]
        proof = prove_day(connection, GATE_ID, MONDAY)
    assert [[bool(visit.sealed) for visit in day] for day in days] == [[False] * 2, [True] * 2]
    assert_sound(stored)
    assert (proof.entered, proof.left) == (2, 1)
    told = msgspec.json.encode(proof)
    assert b'"seal":' in told
    assert b'"sealed":' not in told, "a proof goes from hand to hand"


def test_a_day_is_proven_with_its_seals(stored: Database) -> None:
    with stored.read() as connection:
        (ledger,) = prove_day(connection, GATE_ID, TUESDAY).ledgers
    seals = [record.seal for record in ledger.records if record.seal]
    assert len(seals) == 2


def test_whoever_opens_or_erases_is_written_down(stored: Database) -> None:
    done = [
        VisitorDetailsAccess("open", "an", SCHOOL, MONDAY, TUESDAY, "found a bag"),
        VisitorDetailsAccess("erase", "binh", None, None, MONDAY, ""),
    ]
    with stored.write() as connection:
        for number, act in enumerate(done):
            log_access(connection, act, number, NOW_MS + number)
    with stored.read() as connection:
        assert logged_accesses(connection) == [(NOW_MS + n, act, n) for n, act in enumerate(done)]
