"""What gate-uplink knows of its way to the district, for gate-scan and `gate doctor`: a small file
in memory, as `device.status` is the other way round."""

from pathlib import Path
from typing import Annotated

import msgspec
import structlog
from msgspec import Meta, Struct
from msgspec.structs import replace

from device.config import Config
from device.timekeeping import ClockReading
from gate_contract.health import State

log = structlog.get_logger()

NAME = "uplink.json"
STALE_MS = 90_000
"""One attempt to connect takes up to 10 s, and the next one may wait for 45 s."""


class UplinkStatus(Struct, frozen=True, kw_only=True):
    """`up_ms` is when it was written, in ms since boot `boot_id`; `fault` says in words why the
    broker is out of reach."""

    boot_id: str
    up_ms: Annotated[int, Meta(ge=0)]
    network: State = "unknown"
    broker: State = "unknown"
    fault: str = ""


def path_of(config: Config) -> Path:
    """A folder of gate-uplink's own, beside that of gate-scan."""
    run_dir = config.path(config.gate.run_dir)
    return run_dir.with_name(f"{run_dir.name}-uplink") / NAME


def write(path: Path, status: UplinkStatus) -> None:
    """Replace the file as a whole. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_bytes(msgspec.json.encode(status))
    draft.replace(path)


def read(path: Path, boot_id: str, up_ms: int) -> UplinkStatus | None:
    """None if it is stale, from another boot, or not there."""
    try:
        status = msgspec.json.decode(path.read_bytes(), type=UplinkStatus)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    return status if status.boot_id == boot_id and up_ms - status.up_ms <= STALE_MS else None


class Reporter:
    """Writes the status when it has changed, or is about to become stale."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._said: UplinkStatus | None = None

    def __call__(self, reading: ClockReading, network: State, broker: State, fault: str) -> None:
        """`fault` is what is wrong with the connection."""
        status = UplinkStatus(
            boot_id=reading.boot_id,
            up_ms=reading.up_ms,
            network=network,
            broker=broker,
            fault="" if broker == "ok" else fault[:300],
        )
        said = self._said
        fresh = said is not None and status.up_ms - said.up_ms < STALE_MS // 3
        if said and fresh and replace(said, up_ms=status.up_ms) == status:
            return
        self._said = status
        try:
            write(self._path, status)
        except OSError as error:
            log.error("status not written", error=str(error))  # noqa: TRY400
