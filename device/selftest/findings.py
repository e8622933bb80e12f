"""Evaluate the checks of a gate from the status of its services."""

from dataclasses import dataclass

from device.selftest.storage import StorageTest
from device.status_files import UplinkStatus
from gate_contract.health import ScanHealth, State
from gate_contract.notices import SetupNotice

LEAST_CONTRAST = 20
"""Grey levels (of 255) between the darkest and the brightest parts of a frame.

Sensor noise behind a lens cap spreads by less than 10; any real scene by more than 40.
"""
SLOWEST_SYNC_MS = 500
"""To write and sync 16 KB: a good SD card takes 5-30 ms, a failing or fake one seconds.

Each green light waits for one sync.
"""
LEAST_FREE_BYTES = 100_000_000
"""Room for nine days of 2,000 scans, and for logs."""

SIGNALS = "signals"
CHECKS = (
    SetupNotice.CAMERA,
    SIGNALS,
    SetupNotice.STORAGE,
    SetupNotice.CLOCK,
    SetupNotice.NETWORK,
    SetupNotice.BROKER,
    SetupNotice.ROSTER,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. `detail` is in words, with figures."""

    check: str
    state: State
    detail: str = ""


def findings(
    scan: ScanHealth | None,
    uplink: UplinkStatus | None,
    storage: StorageTest,
    *,
    knows_district: bool,
) -> tuple[Finding, ...]:
    """Return the results of all checks.

    `scan` or `uplink` is None if that service does not report. `knows_district`: the gate has a key
    to verify rosters with.
    """
    return (
        _camera(scan),
        _signals(scan),
        _storage(scan, storage),
        _clock(scan),
        Finding(SetupNotice.NETWORK, uplink.network if uplink else "unknown", _why(uplink)),
        Finding(SetupNotice.BROKER, uplink.broker if uplink else "unknown", _why(uplink)),
        _roster(scan, knows_district=knows_district),
    )


def states(found: tuple[Finding, ...]) -> dict[str, State]:
    """Return the states by check, as the health topic has them."""
    return {str(one.check): one.state for one in found}


def _camera(scan: ScanHealth | None) -> Finding:
    if scan is None:
        return Finding(SetupNotice.CAMERA, "unknown", "gate-scan does not report")
    if scan.camera != "ok":
        return Finding(SetupNotice.CAMERA, "failed", scan.detail)
    if scan.contrast is None:
        return Finding(SetupNotice.CAMERA, "unknown", "no frame yet")
    detail = f"contrast {scan.contrast} of 255, at least {LEAST_CONTRAST}"
    return Finding(
        SetupNotice.CAMERA, "ok" if scan.contrast >= LEAST_CONTRAST else "failed", detail
    )


def _signals(scan: ScanHealth | None) -> Finding:
    if scan is None:
        return Finding(SIGNALS, "unknown", "gate-scan does not report")
    return Finding(SIGNALS, scan.signals, scan.detail if scan.signals != "ok" else "")


def _storage(scan: ScanHealth | None, trial: StorageTest) -> Finding:
    if trial.fault:
        return Finding(SetupNotice.STORAGE, "failed", trial.fault)
    detail = f"{trial.free_bytes // 1_000_000} MB free, {trial.sync_ms} ms to write and sync"
    slow, full = trial.sync_ms > SLOWEST_SYNC_MS, trial.free_bytes < LEAST_FREE_BYTES
    broken = scan is not None and scan.storage == "failed"
    if broken and scan:
        detail = scan.detail
    return Finding(SetupNotice.STORAGE, "failed" if slow or full or broken else "ok", detail)


def _clock(scan: ScanHealth | None) -> Finding:
    if scan is None:
        return Finding(SetupNotice.CLOCK, "unknown", "gate-scan does not report")
    return Finding(SetupNotice.CLOCK, "ok" if scan.clock_trusted else "failed")


def _roster(scan: ScanHealth | None, *, knows_district: bool) -> Finding:
    if scan is None or not knows_district:
        return Finding(SetupNotice.ROSTER, "unknown", "" if knows_district else "no [orders.keys]")
    if scan.roster_fault:
        return Finding(SetupNotice.ROSTER, "failed", scan.roster_fault)
    version = max(scan.roster_version, scan.district_roster_version)
    return Finding(SetupNotice.ROSTER, "ok" if version else "failed", f"version {version}")


def _why(uplink: UplinkStatus | None) -> str:
    return uplink.fault if uplink else "gate-uplink does not report"
