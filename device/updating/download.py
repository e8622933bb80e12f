"""Download an update's bundle over an unreliable network.

Each attempt continues where the previous one ended, and a file gets its final name only once its
bytes have the ordered hash.
"""

import errno
import os
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from hashlib import file_digest
from pathlib import Path

from device.updating.https_client import FetchError, PartialContent
from gate_contract.durable_file import sync_folder
from gate_contract.health import UpdateFault
from gate_contract.orders import Update

CHUNK = 1 << 16
LOOK_BYTES = 8 << 20
"""After so many bytes the part is synced, and the download asks whether to go on."""
PAUSES_S = (2.0, 10.0, 30.0, 60.0)
"""Pauses after attempts that brought nothing; after the last one the download fails for now."""

Ask = Callable[[str, int], AbstractContextManager[PartialContent]]


def bundle_path(folder: Path, wanted: Update) -> Path:
    """Return the path of the complete bundle."""
    return folder / f"{wanted.sha256.hex()}.raucb"


def part_path(folder: Path, wanted: Update) -> Path:
    """Return the path of the incomplete bundle."""
    return bundle_path(folder, wanted).with_suffix(".part")


def held(folder: Path, wanted: Update) -> int:
    """Return how many of its bytes are on the SD card."""
    for path in (bundle_path(folder, wanted), part_path(folder, wanted)):
        with suppress(OSError):
            return path.stat().st_size
    return 0


def tidy(folder: Path, wanted: Update | None) -> None:
    """Delete all files but those of `wanted`."""
    mine = {bundle_path(folder, wanted), part_path(folder, wanted)} if wanted else set[Path]()
    for path in folder.glob("*"):
        if path not in mine:
            path.unlink(missing_ok=True)


def is_whole(path: Path, wanted: Update) -> bool:
    """Whether the file has the ordered size and hash."""
    try:
        with path.open("rb") as file:
            return (
                os.fstat(file.fileno()).st_size == wanted.size
                and file_digest(file, "sha256").digest() == wanted.sha256
            )
    except OSError:
        return False


def fetch(
    wanted: Update,
    folder: Path,
    ask: Ask,
    go_on: Callable[[], bool],
    pause: Callable[[float], object],
) -> bool:
    """Download what is missing; return False if `go_on` ended it early.

    Raises:
        FetchError: why it failed; the part is kept if it can be continued.
    """
    part, idle = part_path(folder, wanted), 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        while (before := held(folder, wanted)) < wanted.size:
            try:
                if not _append(wanted, part, ask, go_on):
                    return False
            except FetchError as error:
                idle = 0 if held(folder, wanted) > before else idle + 1
                if error.fault is not UpdateFault.UNREACHABLE or idle > len(PAUSES_S):
                    raise
                pause(PAUSES_S[max(0, idle - 1)])
        _believe(wanted, folder)
    except OSError as error:
        part.unlink(missing_ok=True)
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        fault = UpdateFault.NO_SPACE if full else UpdateFault.STORAGE
        raise FetchError(fault, f"{folder}: {error.strerror}") from error
    return True


def _append(wanted: Update, part: Path, ask: Ask, go_on: Callable[[], bool]) -> bool:
    begins = part.stat().st_size if part.exists() else 0
    with ask(wanted.url, begins) as answer, part.open("ab") as file:
        if answer.size not in (None, wanted.size):
            message = f"{wanted.url} has {answer.size} bytes, but {wanted.size} were ordered"
            raise FetchError(UpdateFault.WRONG_SIZE, message)
        if answer.begins not in (0, begins):
            raise FetchError(UpdateFault.NOT_SERVED, f"{wanted.url}: not the part asked for")
        file.truncate(answer.begins)  # a server without Range support starts at 0
        at, synced = answer.begins, answer.begins
        try:
            while at < wanted.size:
                if at - synced >= LOOK_BYTES:
                    _sync(file.fileno(), file.flush)
                    synced = at
                    if not go_on():
                        return False
                block = answer.read(min(CHUNK, wanted.size - at))
                if not block:
                    raise FetchError(
                        UpdateFault.UNREACHABLE, f"{wanted.url} broke off at byte {at}"
                    )
                at += file.write(block)
        finally:
            _sync(file.fileno(), file.flush)
    return True


def _believe(wanted: Update, folder: Path) -> None:
    part, whole = part_path(folder, wanted), bundle_path(folder, wanted)
    if whole.exists():
        return
    if not is_whole(part, wanted):
        part.unlink(missing_ok=True)
        message = f"{wanted.url} sent other bytes than were ordered"
        raise FetchError(UpdateFault.WRONG_BYTES, message)
    part.replace(whole)
    sync_folder(folder)


def _sync(number: int, flush: Callable[[], None]) -> None:
    flush()
    os.fsync(number)
