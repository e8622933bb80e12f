"""A small disk that can be filled to the last byte."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BALLAST = "ballast"


class NotPermittedError(Exception):
    """This machine does not permit mounting."""


@contextmanager
def small_disk(folder: Path, kibibytes: int, *, ext4: bool) -> Iterator[Path]:
    """Mount a new file system at `folder`: ext4 in a file, or tmpfs.

    Raises:
        NotPermittedError: mounting requires root, and some containers forbid it even then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    image = folder.with_suffix(".img")
    try:
        if ext4:
            with image.open("wb") as file:
                file.truncate(kibibytes * 1024)
            _run("mkfs.ext4", "-q", "-m", "0", "-O", "^has_journal", image)
            _run("mount", "-o", "loop", image, folder)
        else:
            _run("mount", "-t", "tmpfs", "-o", f"size={kibibytes}k", "schoolgate", folder)
    except (OSError, subprocess.CalledProcessError) as error:
        raise NotPermittedError(str(error)) from error
    try:
        yield folder
    finally:
        _run("umount", "-l", folder)


def fill(folder: Path) -> None:
    """Fill the disk to the last byte."""
    descriptor = os.open(folder / BALLAST, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        for size in (65_536, 4_096, 512, 1):
            with contextlib.suppress(OSError):
                while True:
                    os.write(descriptor, bytes(size))
    finally:
        os.close(descriptor)


def free(folder: Path) -> None:
    """Free the space again."""
    (folder / BALLAST).unlink(missing_ok=True)


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True)
