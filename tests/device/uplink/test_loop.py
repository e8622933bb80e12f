"""The uplink's loop on a real ledger, with a district at the other end of a fake connection."""

import random
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from device.ledger.file import LedgerError
from device.ledger.uplink_ledger import UplinkLedger
from device.uplink.head_signer import HeadSigner
from device.uplink.loop import UplinkLoop
from device.uplink.outbox import RECEIPT_MS, WINDOW
from device.uplink.session import TAKEN_OVER, Arrived
from gate_contract.crossing import chain_start
from gate_contract.health import ScanHealth
from gate_contract.ledger_signature import head_bytes, is_signed, key_text
from gate_contract.topics import GateChannel
from server_bridge.ingest.accept import LedgerHead
from tests.builders.scanning_gate import GATE_ID
from tests.device.ledger.test_file import entry, filled
from tests.fakes.clock import FakeClock
from tests.fakes.line import District


@dataclass
class Uplink:
    """A gate-uplink. `turn` runs the loop, a fifth of a second each time."""

    path: Path
    clock: FakeClock = field(default_factory=FakeClock)
    district: District = field(default_factory=lambda: District(GATE_ID))
    ledger: type[UplinkLedger] = UplinkLedger
    scan: ScanHealth | None = field(default_factory=lambda: ScanHealth(camera="ok", storage="ok"))

    def __post_init__(self) -> None:
        self.loop = UplinkLoop(
            open_ledger=lambda: self.ledger.open(self.path, GATE_ID),
            open_session=self.district.connect,
            clock=self.clock,
            read_scan=lambda _: self.scan,
            keep_days=30,
            chance=random.Random(1),
        )

    def turn(self, times: int = 1) -> None:
        for _ in range(times):
            self.loop.step(lambda _: None)
            self.clock.pass_ms(200)

    @property
    def receipted(self) -> int:
        ledger = UplinkLedger.open(self.path, GATE_ID)
        try:
            return ledger.receipted()
        finally:
            ledger.close()


def test_a_gate_without_its_key_delivers_unsigned(tmp_path: Path) -> None:
    filled(tmp_path / "ledger.db", 3).close()
    with closing(UplinkLedger.open(tmp_path / "ledger.db", GATE_ID)) as ledger:
        batch = ledger.batch(1, 3)
    signer = HeadSigner(tmp_path / "key.pem")
    assert signer(batch) is None
    (tmp_path / "key.pem").write_text("no key")
    assert signer(batch) is None
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (tmp_path / "key.pem").write_bytes(pem)
    signature = signer(batch)
    assert signature
    head = head_bytes(GATE_ID, batch.ledger_id, 3, batch.head)
    assert is_signed(key_text(key.public_key()), head, signature)
    assert not is_signed("no key", head, signature)


@pytest.fixture
def uplink(tmp_path: Path) -> Uplink:
    return Uplink(tmp_path / "ledger.db")


def test_what_is_recorded_is_delivered_and_marked(uplink: Uplink) -> None:
    filled(uplink.path, 300)
    uplink.turn(10)
    assert uplink.receipted == 300
    assert [(batch.first_seq, batch.last_seq) for batch in uplink.district.batches] == [
        (1, 256),
        (257, 300),
    ]


def test_without_receipts_one_window_is_in_flight_and_nothing_is_marked(uplink: Uplink) -> None:
    filled(uplink.path, 1_500)
    uplink.district.answering = False
    uplink.turn(RECEIPT_MS // 200 - 5)
    assert sum(len(batch.records) for batch in uplink.district.batches) == WINDOW
    assert uplink.receipted == 0
    uplink.turn(20)
    assert uplink.district.batches[4].first_seq == 1  # and again from the mark
    uplink.district.answering = True
    uplink.turn(200)
    assert uplink.receipted == 1_500


def test_a_lost_connection_is_made_again_and_goes_on(uplink: Uplink) -> None:
    ledger = filled(uplink.path, 100)
    uplink.turn(5)
    uplink.district.sessions[-1].drop()
    uplink.district.reachable = False
    uplink.turn(1_000)
    assert uplink.district.sessions[0].is_closed

    for number in range(101, 151):
        ledger.append([entry(number)])
    uplink.district.reachable = True
    uplink.turn(400)
    assert len(uplink.district.sessions) == 2
    assert uplink.receipted == 150


class FullLedger(UplinkLedger):
    """A ledger on a disk without space for a mark, until there is some."""

    is_full = True

    def set_receipted(self, seq: int) -> None:
        if type(self).is_full:
            raise LedgerError("database or disk is full")
        super().set_receipted(seq)


def test_a_mark_that_a_full_disk_would_not_keep_is_kept_later_without_another_receipt(
    uplink: Uplink,
) -> None:
    filled(uplink.path, 300)
    uplink.ledger = FullLedger
    uplink.turn(40)
    assert len(uplink.district.batches) == 2
    assert uplink.receipted == 0
    FullLedger.is_full = False
    uplink.turn(20)
    assert uplink.receipted == 300
    assert len(uplink.district.batches) == 2  # nothing was sent again for it


def test_a_bridge_restored_from_a_backup_is_given_what_it_lost(uplink: Uplink) -> None:
    ledger = filled(uplink.path, 400)
    uplink.turn(10)
    assert uplink.receipted == 400
    there = ledger.chain_at(150)
    assert there
    backup = LedgerHead(150, there.hex())
    uplink.district.heads[ledger.ledger_id] = backup
    line = uplink.district.sessions[-1]
    line.tell(uplink.district.receipt(ledger.ledger_id, backup))
    uplink.turn(10)
    assert uplink.district.heads[ledger.ledger_id].stored_through == 400
    assert uplink.receipted == 400


def test_a_receipt_with_a_wrong_hash_marks_nothing(uplink: Uplink) -> None:
    ledger = filled(uplink.path, 10)
    uplink.district.answering = False
    uplink.turn(3)
    line = uplink.district.sessions[-1]
    line.tell(uplink.district.receipt(ledger.ledger_id, LedgerHead(10, "0" * 64)))
    line.tell(uplink.district.receipt("f" * 32, LedgerHead(10, "0" * 64)))
    line.events.append(Arrived(GateChannel.RECEIPT, b"\x00garbage"))
    line.events.append(Arrived(GateChannel.COMMAND, b"{}"))
    uplink.turn(3)
    assert uplink.receipted == 0


def test_two_devices_with_one_identity_push_each_other_out_ever_more_slowly(
    uplink: Uplink,
) -> None:
    filled(uplink.path, 10)
    for _ in range(4 * 3_600 * 5 // 100):
        uplink.turn(100)
        for line in uplink.district.sessions[-1:]:
            if not line.is_closed:
                line.drop(TAKEN_OVER)
    assert uplink.receipted == 10
    assert len(uplink.district.sessions) < 4 * 3_600 / 30


def test_health_is_told_at_once_when_something_fails(uplink: Uplink) -> None:
    filled(uplink.path, 10)
    uplink.turn(10)
    assert len(uplink.district.healths) == 1
    first = uplink.district.healths[0]
    assert (first.state, first.stored) == ("online", 10)
    uplink.scan = ScanHealth(camera="ok", storage="failed", detail="disk full")
    uplink.turn(2)
    scan = uplink.district.healths[-1].scan
    assert scan
    assert scan.storage == "failed"
    uplink.scan = None
    uplink.turn(2)
    assert uplink.district.healths[-1].scan is None
    told = len(uplink.district.healths)
    uplink.turn(120)
    assert len(uplink.district.healths) == told  # not again, until half a minute has passed
    uplink.turn(40)
    assert len(uplink.district.healths) == told + 1


def test_the_backlog_is_told(uplink: Uplink) -> None:
    filled(uplink.path, 10)
    uplink.district.answering = False
    uplink.turn(1)
    uplink.turn(160)
    assert uplink.district.healths[-1].backlog == 10


def test_a_ledger_that_is_not_there_yet_is_waited_for(uplink: Uplink) -> None:
    uplink.turn(10)
    filled(uplink.path, 3)
    uplink.turn(10)
    assert uplink.receipted == 3


def test_leaving_says_so(uplink: Uplink) -> None:
    filled(uplink.path, 1)
    uplink.turn(3)
    uplink.loop.close()
    assert uplink.district.healths[-1].state == "offline"
    assert uplink.district.sessions[-1].is_closed


def test_records_of_a_pruned_ledger_go_on_from_the_oldest(uplink: Uplink) -> None:
    ledger = filled(uplink.path, 20)
    uplink.turn(5)
    with_uplink = UplinkLedger.open(uplink.path, GATE_ID)
    with_uplink.prune(0)
    oldest = with_uplink.oldest()
    assert oldest > 1
    # A bridge that has lost everything: it can only be given what is left, and shows the gap.
    uplink.district.heads.clear()
    start = LedgerHead(0, chain_start(GATE_ID, ledger.ledger_id).hex())
    uplink.district.sessions[-1].tell(uplink.district.receipt(ledger.ledger_id, start))
    uplink.turn(5)
    assert uplink.district.batches[-1].first_seq == oldest
    assert uplink.receipted == 20
