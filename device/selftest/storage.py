"""Test whether storage can be written, how full it is, and how long a sync takes."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TRIAL_NAME = "storage-trial"
SIZE = 16_384
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class StorageTest:
    """The result of a storage test. `sync_ms` is the slowest of some rounds."""

    free_bytes: int = 0
    sync_ms: int = 0
    fault: str = ""


def try_storage(folder: Path, up_ms: Callable[[], int]) -> StorageTest:
    """Write, sync and read back a small file in the folder of the ledger, and remove it."""
    path, pattern = folder / TRIAL_NAME, os.urandom(SIZE)
    slowest = 0
    try:
        for _ in range(ROUNDS):
            began = up_ms()
            with path.open("wb") as file:
                file.write(pattern)
                file.flush()
                os.fsync(file.fileno())
            slowest = max(slowest, up_ms() - began)
        whole = path.read_bytes() == pattern
        path.unlink()
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return StorageTest(fault=f"{folder}: {error.strerror}")
    return StorageTest(
        free, slowest, "" if whole else f"{folder}: reading returned other bytes than were written"
    )
