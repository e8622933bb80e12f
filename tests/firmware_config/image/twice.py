"""Build root and image again from the same packages, and compare the bytes.

A control checks that a planted difference is found.
"""

import filecmp
import os
import shutil
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from firmware_config.image.archive import our_mirrors
from firmware_config.image.build import build
from firmware_config.image.cache import default_cache
from firmware_config.image.disk import MIB, Sizes, layout
from firmware_config.image.layers import Hardware
from firmware_config.image.root import RootSpec, build_root, root_name
from gate_contract.errors import SchoolgateError
from tests.virtual_gate.outcome import Outcome

SHOWN = 5
MADE = (".img", ".manifest.json", ".cdx.json")
OTHERS = {"TZ": "Asia/Ho_Chi_Minh", "LANG": "C.UTF-8", "PYTHONHASHSEED": "7"}
OTHER_UMASK = 0o077


def checks(images: Path) -> Iterator[Outcome]:
    """Compare with the image in `images`, and with its root in the cache."""
    wish = RootSpec("arm64", "trixie", Hardware.PI, our_mirrors().origin)
    first_root = default_cache() / root_name(wish)
    if not first_root.exists():
        raise SchoolgateError("no root of this tree is in the cache; make it with: make image")
    with tempfile.TemporaryDirectory(prefix="gate-image-second-build-") as name:
        folder = Path(name)
        began_s = time.monotonic()
        with elsewhere():
            second_root = again(wish, first_root.parent, folder / "cache")
            root_s = time.monotonic() - began_s
            second = build(second_root, wish.origin, "arm64", Sizes(), folder / "out")
        first = images / second.name
        if not first.exists():
            raise SchoolgateError(f"{first} is missing; make it with: make image")
        yield Outcome(
            "twice root",
            f"{second_root.stat().st_size / MIB:.0f} MiB, made again in {root_s:.0f} s",
            in_roots(first_root, second_root),
        )
        yield Outcome(
            "twice image",
            f"{second.stat().st_size / MIB:.0f} MiB; {', '.join(MADE)} compared",
            in_images(first, second),
        )
        yield planted(second_root, second)


def again(wish: RootSpec, cache: Path, folder: Path) -> Path:
    """Build the root again in a cache that has only the packages."""
    folder.mkdir()
    for packages in cache.glob("packages-*.tar"):
        (folder / packages.name).symlink_to(packages)
    return build_root(wish, our_mirrors(), folder)


@contextmanager
def elsewhere() -> Iterator[None]:
    """Run as another machine's user would: with another time zone, umask and hash seed."""
    before, mask = dict(os.environ), os.umask(OTHER_UMASK)
    os.environ.update(OTHERS)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        os.umask(mask)


def in_roots(first: Path, second: Path) -> list[str]:
    """Return the differences between two tars, entry by entry."""
    if filecmp.cmp(first, second, shallow=False):
        return []
    with tarfile.open(first) as one, tarfile.open(second) as other:
        entries = [{member.name: member for member in tar} for tar in (one, other)]
        both = list(zip((one, other), entries, strict=True))
        found = [f"{name} is in one of them" for name in sorted(set(entries[0]) ^ set(entries[1]))]
        for name in sorted(set(entries[0]) & set(entries[1])):
            told = [_told(tar, known[name]) for tar, known in both]
            if told[0] != told[1]:
                found.append(f"{name}: {told[0][:-1]} and {told[1][:-1]}, or their contents")
    return _first(found) or ["the tars differ, and no entry of them does"]


def _told(tar: tarfile.TarFile, of: tarfile.TarInfo) -> tuple[object, ...]:
    content = tar.extractfile(of) if of.isreg() else None
    same = (of.type, of.mode, of.uid, of.gid, of.mtime, of.size, of.linkname)
    return (*same, content.read() if content else b"")


def in_images(first: Path, second: Path) -> list[str]:
    """Return the differences between two images and their lists, by partition."""
    found = [
        f"{ending} differs"
        for ending in MADE[1:]
        if first.with_suffix(ending).read_bytes() != second.with_suffix(ending).read_bytes()
    ]
    parts = [part for part in layout(Sizes()) if part.name != "extended"]
    with first.open("rb") as one, second.open("rb") as other:
        at = 0
        while True:
            blocks = one.read(MIB), other.read(MIB)
            if blocks[0] != blocks[1]:
                inside = (p.name for p in parts if p.start_mib <= at < p.start_mib + p.size_mib)
                found.append(f"MiB {at} differs, in {next(inside, 'no partition')}")
            if not any(blocks):
                return _first(found)
            at += 1


def planted(root: Path, image: Path) -> Outcome:
    """Return the control: one file is a second newer, one byte of the card differs."""
    other_root, other = root.with_suffix(".planted"), image.with_name("planted.img")
    with tarfile.open(root) as tar, tarfile.open(other_root, "w") as out:
        for member in tar:
            if member.name == "./etc/hostname":
                member.mtime += 1
            out.addfile(member, tar.extractfile(member) if member.isreg() else None)
    seen = [fault for fault in in_roots(root, other_root) if fault.startswith("./etc/hostname")]
    for ending in MADE:
        shutil.copyfile(image.with_suffix(ending), other.with_suffix(ending))
    part = next(part for part in layout(Sizes()) if part.name == "root-a")
    with other.open("r+b") as card:
        card.seek(part.start_mib * MIB + 12_345)
        byte = card.read(1)[0]
        card.seek(-1, os.SEEK_CUR)
        card.write(bytes([byte ^ 1]))
    seen += [fault for fault in in_images(image, other) if "root-a" in fault]
    faults = [] if len(seen) == 2 else [f"two differences were planted, seen: {seen}"]
    return Outcome("twice control", "a second and a byte were planted, both were seen", faults)


def _first(found: list[str]) -> list[str]:
    return found if len(found) <= SHOWN else [*found[:SHOWN], f"and {len(found) - SHOWN} more"]
