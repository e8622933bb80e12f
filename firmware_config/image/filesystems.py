"""Make file systems as files from folders: the same folder gives the same bytes."""

import uuid
from collections.abc import Iterator
from pathlib import Path

from firmware_config.image.tools import run

MIB = 1 << 20
SPACE = uuid.UUID("5c0a7e4e-58f3-5d1e-9c43-5c4f4f4c0001")


def identity(seed: str, name: str) -> uuid.UUID:
    """Return the UUID of the part `name` of an image; another image's differs."""
    return uuid.uuid5(SPACE, f"{seed}/{name}")


def fat(folder: Path, out: Path, *, label: str, size_mib: int, seed: str, moment: str) -> None:
    """Make a FAT32 with the files of `folder`. Its serial number is part of its identity."""
    serial = identity(seed, label).hex[:8]
    with out.open("wb") as empty:
        empty.truncate(size_mib * MIB)
    run(["mkfs.vfat", "--invariant", "-F", "32", "-n", label, "-i", serial, out])
    env = {"SOURCE_DATE_EPOCH": moment, "TZ": "UTC", "MTOOLS_SKIP_CHECK": "1"}
    for path in _sorted(folder):
        inside = f"::{path.relative_to(folder)}"
        if path.is_dir():
            run(["mmd", "-i", out, inside], env=env)
        else:
            run(["mcopy", "-m", "-i", out, path, inside], env=env)


def ext4(folder: Path, out: Path, *, label: str, size_mib: int, seed: str, moment: str) -> None:
    """Make an ext4 with the files of `folder`."""
    name = identity(seed, label)
    with out.open("wb") as empty:
        empty.truncate(size_mib * MIB)
    how = f"hash_seed={name},root_owner=0:0,lazy_itable_init=0,lazy_journal_init=0"
    run(
        ["mke2fs", "-q", "-t", "ext4", "-L", label, "-U", str(name), "-E", how, "-d", folder, out],
        env={"E2FSPROGS_FAKE_TIME": moment, "SOURCE_DATE_EPOCH": moment},
    )


def erofs(folder: Path, out: Path, *, seed: str, moment: str) -> uuid.UUID:
    """Make a compressed, read-only file system; return its UUID."""
    name = identity(seed, "root")
    run(["mkfs.erofs", "-zlz4hc", "-T", moment, "-U", str(name), out, folder])
    return name


def _sorted(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.rglob("*"))
