"""A gate's memory of updates: a small file on the data partition, replaced as a whole."""

import os
from pathlib import Path

import msgspec

from device.updating.install_rules import UpdateState


def recall(path: Path) -> UpdateState:
    """What was kept. A file that is not there, or was damaged, is as if no update had been."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=UpdateState)
    except (FileNotFoundError, msgspec.MsgspecError):
        return UpdateState()


def keep(path: Path, state: UpdateState) -> None:
    """Replace the file; it is on the card when this returns."""
    beside = path.with_suffix(".new")
    with beside.open("wb") as new:
        new.write(msgspec.json.encode(state))
        new.flush()
        os.fsync(new.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
