"""Write the connection status of gate-uplink for gate-scan and `gate doctor`."""

from pathlib import Path

import structlog
from msgspec.structs import replace

from device import status_files
from device.status_files import UPLINK_STALE_MS, UplinkStatus
from device.timekeeping import ClockReading
from gate_contract.health import State

log = structlog.get_logger()


class StatusReporter:
    """Writes the status when it has changed, or before the last one becomes stale."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written: UplinkStatus | None = None

    def __call__(self, reading: ClockReading, network: State, broker: State, fault: str) -> None:
        """Write the status if it is due; log a failed write."""
        status = UplinkStatus(
            boot_id=reading.boot_id,
            up_ms=reading.up_ms,
            network=network,
            broker=broker,
            fault="" if broker == "ok" else fault[:300],
        )
        last = self._written
        fresh = last is not None and status.up_ms - last.up_ms < UPLINK_STALE_MS // 3
        if last and fresh and replace(last, up_ms=status.up_ms) == status:
            return
        self._written = status
        try:
            status_files.write_file(self._path, status)
        except OSError as error:
            log.error("status not written", error=str(error))  # noqa: TRY400
