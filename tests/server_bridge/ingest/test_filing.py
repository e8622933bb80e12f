"""The time that a record is filed under."""

from datetime import date
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from gate_contract.crossing import ClockTrust, Record
from gate_contract.school_day import local_day
from gate_contract.verdicts import Verdict
from server_bridge.ingest.filing import TOLERANCE_MS, Filed, file, in_order
from tests.fakes.clock import BOOT, MORNING_MS

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOON_MS = MORNING_MS + 5 * 3_600_000
YEARS_MS = 10 * 365 * 86_400_000


def record(at: int | None, clock: ClockTrust, *, up_ms: int = 1_000) -> Record:
    return Record(seq=1, boot_id=BOOT, up_ms=up_ms, at=at, clock=clock, verdict=Verdict.UNREADABLE)


def filed(one: Record, *, offset_ms: int | None = None) -> Filed:
    return file(one, offset_ms=offset_ms, heard_ms=NOON_MS, zone=ZONE)


def test_a_trusted_time_is_taken() -> None:
    assert filed(record(MORNING_MS, ClockTrust.TRUSTED)) == Filed(
        MORNING_MS, ClockTrust.TRUSTED, date(2026, 9, 7)
    )


def test_a_trusted_time_ahead_of_the_bridge_is_not_believed() -> None:
    inside = filed(record(NOON_MS + TOLERANCE_MS, ClockTrust.TRUSTED))
    assert inside.clock is ClockTrust.TRUSTED
    ahead = filed(record(NOON_MS + YEARS_MS, ClockTrust.TRUSTED))
    assert (ahead.at_ms, ahead.clock) == (NOON_MS, ClockTrust.UNTRUSTED)


def test_a_synchronised_boot_corrects() -> None:
    corrected = filed(record(None, ClockTrust.UNTRUSTED), offset_ms=MORNING_MS - 1_000)
    assert (corrected.at_ms, corrected.clock) == (MORNING_MS, ClockTrust.CORRECTED)


def test_no_time_at_all_is_filed_when_heard() -> None:
    assert filed(record(None, ClockTrust.UNTRUSTED)).at_ms == NOON_MS


TIMES = st.integers(1_577_836_800_000, 4_102_444_800_000)


@given(at=st.none() | TIMES, floor=st.integers(MORNING_MS, NOON_MS))
def test_an_untrusted_time_stays_within_what_is_certain(at: int | None, floor: int) -> None:
    (found,) = in_order([filed(record(at, ClockTrust.UNTRUSTED))], floor, ZONE)
    assert floor <= found.at_ms <= NOON_MS


@given(
    wrong=st.lists(st.tuples(st.none() | TIMES, st.booleans()), min_size=1, max_size=30),
    floor=st.integers(MORNING_MS - 86_400_000, MORNING_MS),
)
def test_records_are_filed_in_their_order_whatever_the_clock_said(
    wrong: list[tuple[int | None, bool]], floor: int
) -> None:
    happened = [MORNING_MS + step * 1_000 for step in range(len(wrong))]
    guesses = [
        filed(record(true_ms if sure else at, ClockTrust.TRUSTED if sure else ClockTrust.UNTRUSTED))
        for true_ms, (at, sure) in zip(happened, wrong, strict=True)
    ]
    found = in_order(guesses, floor, ZONE)
    times = [one.at_ms for one in found]
    assert times == sorted(times)
    assert floor <= times[0]
    for one, true_ms, (_, sure) in zip(found, happened, wrong, strict=True):
        assert one.clock is (ClockTrust.TRUSTED if sure else ClockTrust.UNTRUSTED)
        assert not sure or one.at_ms == true_ms
        assert one.day == local_day(one.at_ms, ZONE)
