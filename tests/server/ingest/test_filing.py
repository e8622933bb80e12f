"""The time that a record is filed under."""

from datetime import date
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from gate_contract.crossing import Clock, Record
from gate_contract.verdicts import Verdict
from server_bridge.ingest.filing import TOLERANCE_MS, Filed, file
from tests.fakes.clock import BOOT, MORNING_MS

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOON_MS = MORNING_MS + 5 * 3_600_000
YEARS_MS = 10 * 365 * 86_400_000


def record(at: int | None, clock: Clock, *, up_ms: int = 1_000) -> Record:
    return Record(seq=1, boot_id=BOOT, up_ms=up_ms, at=at, clock=clock, verdict=Verdict.UNREADABLE)


def filed(one: Record, *, offset_ms: int | None = None, not_before_ms: int = 0) -> Filed:
    return file(one, offset_ms=offset_ms, not_before_ms=not_before_ms, heard_ms=NOON_MS, zone=ZONE)


def test_a_trusted_time_is_taken() -> None:
    assert filed(record(MORNING_MS, Clock.TRUSTED)) == Filed(
        MORNING_MS, Clock.TRUSTED, date(2026, 9, 7)
    )


def test_a_trusted_time_ahead_of_the_bridge_is_not_believed() -> None:
    inside = filed(record(NOON_MS + TOLERANCE_MS, Clock.TRUSTED))
    assert inside.clock is Clock.TRUSTED
    ahead = filed(record(NOON_MS + YEARS_MS, Clock.TRUSTED))
    assert (ahead.at_ms, ahead.clock) == (NOON_MS, Clock.UNTRUSTED)


def test_a_synchronised_boot_corrects() -> None:
    corrected = filed(record(None, Clock.UNTRUSTED), offset_ms=MORNING_MS - 1_000)
    assert (corrected.at_ms, corrected.clock) == (MORNING_MS, Clock.CORRECTED)


def test_no_time_at_all_is_filed_when_heard() -> None:
    assert filed(record(None, Clock.UNTRUSTED)).at_ms == NOON_MS


@given(
    at=st.none() | st.integers(1_577_836_800_000, 4_102_444_800_000),
    floor=st.integers(MORNING_MS, NOON_MS),
)
def test_an_untrusted_time_stays_within_what_is_certain(at: int | None, floor: int) -> None:
    found = filed(record(at, Clock.UNTRUSTED), not_before_ms=floor)
    assert floor <= found.at_ms <= NOON_MS
