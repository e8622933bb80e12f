"""A gate's memory of updates: a small file on the data partition, replaced as a whole."""

from pathlib import Path

import msgspec

from device.updating.install_rules import UpdateState
from gate_contract.durable_file import replace_file


def recall(path: Path) -> UpdateState:
    """What was kept. A file that is not there, or was damaged, is as if no update had been."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=UpdateState)
    except (FileNotFoundError, msgspec.MsgspecError):
        return UpdateState()


def keep(path: Path, state: UpdateState) -> None:
    """Replace the file; it is on the card when this returns."""
    replace_file(path, msgspec.json.encode(state), 0o644)
