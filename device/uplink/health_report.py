"""What a gate tells of itself, and when it is news."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from device.ledger.file import LedgerError
from device.ledger.salvage import count_set_aside
from device.ledger.uplink_ledger import UplinkLedger
from device.timekeeping import EARLIEST_MS, ClockReading
from gate_contract.health import Health, ScanHealth, State, UpdateHealth
from gate_contract.version import VERSION

HEALTH_MS = 30_000
"""How often health is told when nothing has changed."""


@dataclass(frozen=True, slots=True)
class ReportedHealth:
    """What was told last: when, what gate-scan said (None: nothing), the uplink's own fault, why
    the last roster was refused, the settings gone by, why the last orders are not followed, of
    which ledger, and what became of updates."""

    up_ms: int
    scan: ScanHealth | None
    fault: str
    roster_fault: str = ""
    settings_version: int = 0
    orders_fault: str = ""
    ledger_id: str = ""
    update: UpdateHealth | None = None


def is_news(now: ReportedHealth, before: ReportedHealth | None) -> bool:
    """Whether it is time to tell: something began or ceased to be wrong, or a while has passed."""
    if before is None or now.up_ms - before.up_ms >= HEALTH_MS:
        return True
    return _news(now) != _news(before)


def describe(
    told: ReportedHealth,
    reading: ClockReading,
    ledger: UplinkLedger | None,
    mark: int,
    self_test: dict[str, State] | None = None,
) -> Health:
    """The health to publish; `mark` is the seq up to which the district has receipts."""
    try:
        stored = ledger.head()[0] if ledger else mark
    except LedgerError:
        stored = mark
    return Health(
        state="online",
        version=VERSION,
        at=reading.wall_ms if reading.wall_ms >= EARLIEST_MS else None,
        up_ms=reading.up_ms,
        ledger_id=ledger.ledger_id if ledger else "",
        stored=stored,
        backlog=max(0, stored - mark),
        free_bytes=_free_bytes(ledger),
        temperature_c=_temperature_c(),
        scan=told.scan,
        fault=told.fault[:500],
        damaged_ledgers=count_set_aside(ledger.path.parent) if ledger else 0,
        roster_fault=told.roster_fault[:200],
        settings_version=told.settings_version,
        orders_fault=told.orders_fault[:200],
        self_test=self_test or {},
        update=told.update,
    )


def _news(told: ReportedHealth) -> tuple[object, ...]:
    return (
        *(_state(told.scan), told.fault, told.roster_fault),
        *(told.settings_version, told.orders_fault, told.ledger_id),
        # How much of an update is fetched is no news.
        told.update and (told.update.wanted, told.update.stage, told.update.fault),
    )


def _state(scan: ScanHealth | None) -> tuple[object, ...]:
    if scan is None:
        return ("silent",)
    return (
        *(scan.camera, scan.storage, scan.signals, scan.clock_trusted, scan.source_ended),
        *(scan.roster_version, scan.district_roster_version, scan.roster_fault),
    )


def _free_bytes(ledger: UplinkLedger | None) -> int | None:
    try:
        return shutil.disk_usage(ledger.path).free if ledger else None
    except OSError:
        return None


def _temperature_c() -> float | None:
    try:
        return int(Path("/sys/class/thermal/thermal_zone0/temp").read_text("ascii")) / 1000
    except (OSError, ValueError):
        return None
