"""What gate-scan is doing, for gate-uplink to tell the district.

A small file in memory (tmpfs), not the ledger: when storage fails, this is what still gets out, and
a heartbeat costs the SD card nothing.
"""

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from gate_contract.health import ScanHealth

STATUS_NAME = "scan.json"
STALE_MS = 10_000
"""A status older than this is from a gate-scan that hangs or is gone."""


class Status(Struct, frozen=True, kw_only=True):
    """`up_ms` is when it was written, in ms since boot `boot_id`."""

    boot_id: str
    up_ms: Annotated[int, Meta(ge=0)]
    health: ScanHealth


def write(path: Path, status: Status) -> None:
    """Replace the file as a whole. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    temporary.write_bytes(msgspec.json.encode(status))
    temporary.replace(path)


def read(path: Path, boot_id: str, up_ms: int) -> ScanHealth | None:
    """What gate-scan last told, None if that is stale, from another boot, or not there."""
    try:
        status = msgspec.json.decode(path.read_bytes(), type=Status)
    except (OSError, msgspec.DecodeError):
        return None
    fresh = status.boot_id == boot_id and up_ms - status.up_ms <= STALE_MS
    return status.health if fresh else None
