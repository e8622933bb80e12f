"""The state of updates: a small file on the data partition."""

from pathlib import Path

import msgspec

from device.updating.install_rules import UpdateState
from gate_contract.durable_file import replace_file


def recall(path: Path) -> UpdateState:
    """Return the stored state; a missing or damaged file counts as no update."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=UpdateState)
    except (FileNotFoundError, msgspec.MsgspecError):
        return UpdateState()


def keep(path: Path, state: UpdateState) -> None:
    """Replace the file; it is on the SD card when this returns."""
    replace_file(path, msgspec.json.encode(state), 0o644)
