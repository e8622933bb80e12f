"""Compose the health of a gate, and decide when to publish it."""

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
"""The interval at which unchanged health is published."""


@dataclass(frozen=True, slots=True)
class ReportedHealth:
    """The state that a health is composed of; `scan` is None if gate-scan does not report.

    `fault` is the uplink's own.
    """

    up_ms: int
    scan: ScanHealth | None
    fault: str
    roster_fault: str = ""
    settings_version: int = 0
    orders_fault: str = ""
    ledger_id: str = ""
    update: UpdateHealth | None = None


def is_news(now: ReportedHealth, before: ReportedHealth | None) -> bool:
    """Whether to publish: a fault began or ended, or `HEALTH_MS` has passed."""
    if before is None or now.up_ms - before.up_ms >= HEALTH_MS:
        return True
    return _news(now) != _news(before)


def describe(
    report: ReportedHealth,
    reading: ClockReading,
    ledger: UplinkLedger | None,
    mark: int,
    self_test: dict[str, State] | None = None,
) -> Health:
    """Return the health to publish; `mark` is the seq up to which the district has receipts."""
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
        scan=report.scan,
        fault=report.fault[:500],
        damaged_ledgers=count_set_aside(ledger.path.parent) if ledger else 0,
        roster_fault=report.roster_fault[:200],
        settings_version=report.settings_version,
        orders_fault=report.orders_fault[:200],
        self_test=self_test or {},
        update=report.update,
    )


def _news(report: ReportedHealth) -> tuple[object, ...]:
    return (
        *(_state(report.scan), report.fault, report.roster_fault),
        *(report.settings_version, report.orders_fault, report.ledger_id),
        # The progress of a download alone is no reason to publish.
        report.update and (report.update.wanted, report.update.stage, report.update.fault),
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
