"""What is found at a gate, judged from what its services tell: pure."""

from dataclasses import dataclass

from device.selftest.storage import StorageTest
from device.status_files import UplinkStatus
from gate_contract.health import ScanHealth, State
from gate_contract.notices import SetupNotice

LEAST_CONTRAST = 20
"""Grey levels (of 255) between the darkest and the brightest parts of a frame. Sensor noise behind
a lens cap spreads by less than 10; any scene with something in it, by more than 40."""
SLOWEST_SYNC_MS = 500
"""To write and sync 16 KB: a good SD card takes 5-30 ms, one that is failing or fake takes seconds.
Each green light waits for one."""
LEAST_FREE_BYTES = 100_000_000
"""Nine days of 2,000 scans, and room for logs."""

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
    """What one check found. `detail` is in words, with figures."""

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
    """All checks. `scan` and `uplink` None: that service is not heard of. `knows_district`: the
    gate has a key to believe rosters by."""
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
    """As the health topic has them."""
    return {str(one.check): one.state for one in found}


def _camera(scan: ScanHealth | None) -> Finding:
    if scan is None:
        return Finding(SetupNotice.CAMERA, "unknown", "gate-scan is not heard of")
    if scan.camera != "ok":
        return Finding(SetupNotice.CAMERA, "failed", scan.detail)
    if scan.contrast is None:
        return Finding(SetupNotice.CAMERA, "unknown", "no frame yet")
    told = f"contrast {scan.contrast} of 255, at least {LEAST_CONTRAST}"
    return Finding(SetupNotice.CAMERA, "ok" if scan.contrast >= LEAST_CONTRAST else "failed", told)


def _signals(scan: ScanHealth | None) -> Finding:
    if scan is None:
        return Finding(SIGNALS, "unknown", "gate-scan is not heard of")
    return Finding(SIGNALS, scan.signals, scan.detail if scan.signals != "ok" else "")


def _storage(scan: ScanHealth | None, trial: StorageTest) -> Finding:
    if trial.fault:
        return Finding(SetupNotice.STORAGE, "failed", trial.fault)
    told = f"{trial.free_bytes // 1_000_000} MB free, {trial.sync_ms} ms to write and sync"
    slow, full = trial.sync_ms > SLOWEST_SYNC_MS, trial.free_bytes < LEAST_FREE_BYTES
    broken = scan is not None and scan.storage == "failed"
    if broken and scan:
        told = scan.detail
    return Finding(SetupNotice.STORAGE, "failed" if slow or full or broken else "ok", told)


def _clock(scan: ScanHealth | None) -> Finding:
    if scan is None:
        return Finding(SetupNotice.CLOCK, "unknown", "gate-scan is not heard of")
    return Finding(SetupNotice.CLOCK, "ok" if scan.clock_trusted else "failed")


def _roster(scan: ScanHealth | None, *, knows_district: bool) -> Finding:
    if scan is None or not knows_district:
        return Finding(SetupNotice.ROSTER, "unknown", "" if knows_district else "no [orders.keys]")
    if scan.roster_fault:
        return Finding(SetupNotice.ROSTER, "failed", scan.roster_fault)
    version = max(scan.roster_version, scan.district_roster_version)
    return Finding(SetupNotice.ROSTER, "ok" if version else "failed", f"version {version}")


def _why(uplink: UplinkStatus | None) -> str:
    return uplink.fault if uplink else "gate-uplink is not heard of"
