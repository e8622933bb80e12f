"""The ledger as gate-uplink uses it: batches, the delivery mark, and pruning."""

import random
from pathlib import Path

import pytest

from device.ledger.file import LedgerError
from device.ledger.scan_ledger import NewRecord, ScanLedger
from device.ledger.uplink_ledger import UplinkLedger
from device.ledger.verification import verify
from device.timekeeping import Stamp
from gate_contract.crossing import (
    ClockTrust,
    Direction,
    decode_batch,
    encode_batch,
)
from gate_contract.verdicts import Verdict
from tests.builders.issuer import Issuer
from tests.builders.scanning_gate import GATE_ID, open_ledger
from tests.fakes.clock import BOOT, MORNING_MS

DAY_MS = 86_400_000


def entry(number: int, *, after_ms: int = 0) -> NewRecord:
    stamp = Stamp(BOOT, after_ms + number, MORNING_MS + after_ms + number, ClockTrust.TRUSTED)
    return NewRecord(stamp, Verdict.ADMITTED_IN, Issuer().card(number), Direction.IN)


def filled(path: Path, count: int) -> ScanLedger:
    ledger = open_ledger(path)
    for number in range(1, count + 1):
        ledger.append([entry(number)])
    return ledger


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.db"


class TestDelivery:
    def test_a_batch_is_what_the_bridge_will_accept(self, path: Path) -> None:
        filled(path, 300).close()
        ledger = UplinkLedger.open(path, GATE_ID)
        first = ledger.batch(1, 300)
        assert (first.first_seq, first.last_seq) == (1, 256)
        second = ledger.batch(257, 300)
        for batch in (first, second):
            assert decode_batch(encode_batch(batch), GATE_ID) == batch
        assert second.previous == first.head

    def test_pruning_keeps_what_has_no_receipt_and_what_is_young(self, path: Path) -> None:
        scan = open_ledger(path)
        for number in range(1, 11):
            scan.append([entry(number, after_ms=number * DAY_MS)])
        ledger = UplinkLedger.open(path, GATE_ID)
        assert ledger.prune(3 * DAY_MS) == 0  # nothing is receipted
        ledger.set_receipted(4)
        ledger.prune(3 * DAY_MS)
        assert ledger.oldest() == 5  # not one beyond the receipt
        ledger.set_receipted(10)
        ledger.prune(3 * DAY_MS)
        assert ledger.oldest() == 8  # within three days of the newest
        assert verify(ledger).first == 8
        batch = ledger.batch(8, 10)
        assert batch.oldest == 8
        assert decode_batch(encode_batch(batch), GATE_ID) == batch

    def test_age_is_running_time_over_all_boots(self, path: Path) -> None:
        """Compare with a search of all records, for a gate that is often switched off."""
        scan, chance = open_ledger(path), random.Random(3)
        ran: list[tuple[int, int]] = []  # boot, up_ms
        for boot in range(12):
            up_ms = 0
            for _ in range(chance.randint(1, 9)):
                up_ms += chance.randint(0, DAY_MS)
                ran.append((boot, up_ms))
                stamp = Stamp(f"{boot:032x}", up_ms, None, ClockTrust.UNTRUSTED)
                scan.append([NewRecord(stamp, Verdict.UNREADABLE)])
        longest = dict(ran)
        ages = [
            sum(longest[later] for later in longest if later > boot) + longest[boot] - up_ms
            for boot, up_ms in ran
        ]
        ledger = UplinkLedger.open(path, GATE_ID)
        for keep_ms in range(0, 40 * DAY_MS, DAY_MS // 3):
            older = [seq for seq, age in enumerate(ages, 1) if age > keep_ms]
            assert ledger._last_older_than(keep_ms) == max(older, default=0), keep_ms

    def test_pruning_never_empties_the_ledger(self, path: Path) -> None:
        filled(path, 5).close()
        ledger = UplinkLedger.open(path, GATE_ID)
        ledger.set_receipted(5)
        ledger.prune(-DAY_MS)
        assert ledger.head()[0] == 5
        assert verify(ledger).last == 5

    def test_missing_records_are_an_error_not_a_short_batch(self, path: Path) -> None:
        filled(path, 3).close()
        with pytest.raises(LedgerError, match="missing"):
            UplinkLedger.open(path, GATE_ID).batch(7, 9)
