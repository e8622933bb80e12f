"""Small status files in memory (tmpfs), in which a gate's services publish their state.

    scan.json     written by gate-scan        its health
    uplink.json   written by gate-uplink      its connection to the district
    update.json   written by gate-update      the progress of an update

They are not in the ledger: when storage fails, they still reach the district, and writing them
often does not wear the SD card. Each service writes into its own folder.
"""

from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from gate_contract.health import ScanHealth, State, UpdateHealth

SCAN_NAME, UPLINK_NAME, UPDATE_NAME = "scan.json", "uplink.json", "update.json"
SCAN_STALE_MS = 10_000
"""An older status is from a gate-scan that hangs or has ended."""
UPLINK_STALE_MS = 90_000
"""One attempt to connect takes up to 10 s, and the next one may wait for 45 s."""

Content = TypeVar("Content", bound=Struct)


class ScanStatus(Struct, frozen=True, kw_only=True):
    """State of gate-scan, written at `up_ms`, in ms since boot `boot_id`."""

    boot_id: str
    up_ms: Annotated[int, Meta(ge=0)]
    health: ScanHealth


class UplinkStatus(Struct, frozen=True, kw_only=True):
    """Connection of gate-uplink, written at `up_ms`, in ms since boot `boot_id`.

    `fault` explains in words why the broker cannot be reached.
    """

    boot_id: str
    up_ms: Annotated[int, Meta(ge=0)]
    network: State = "unknown"
    broker: State = "unknown"
    fault: str = ""


def write_file(path: Path, content: Struct, mode: int | None = None) -> None:
    """Replace a status file as a whole, without syncing it; `mode` None leaves it to the umask.

    Raises:
        OSError: the folder cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    temporary.write_bytes(msgspec.json.encode(content))
    if mode is not None:
        temporary.chmod(mode)
    temporary.replace(path)


def read_file(path: Path, kind: type[Content]) -> Content | None:
    """Return the content of a status file, None if it is missing or not of this kind."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def read_scan(path: Path, boot_id: str, up_ms: int) -> ScanHealth | None:
    """Return the health of gate-scan, None if it is missing, stale or from another boot."""
    status = read_file(path, ScanStatus)
    if status is None or status.boot_id != boot_id or up_ms - status.up_ms > SCAN_STALE_MS:
        return None
    return status.health


def read_uplink(path: Path, boot_id: str, up_ms: int) -> UplinkStatus | None:
    """Return the status of gate-uplink, None if it is missing, stale or from another boot."""
    status = read_file(path, UplinkStatus)
    if status is None or status.boot_id != boot_id or up_ms - status.up_ms > UPLINK_STALE_MS:
        return None
    return status


def read_update(path: Path) -> UpdateHealth | None:
    """Return the update status since the boot, None on a gate that is not updated remotely."""
    return read_file(path, UpdateHealth)
