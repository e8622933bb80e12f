"""What the virtual gate boots: the image's own root, and over it what makes the test possible."""

import os
import tempfile
from pathlib import Path

from firmware_config.image import cache
from firmware_config.image.archive import Mirrors
from firmware_config.image.layers import Hardware, Origin
from firmware_config.image.root import Wish, build_root
from firmware_config.image.tools import run

OVERLAY = Path(__file__).with_name("overlay")
WISH = Wish("amd64", "trixie", Hardware.NONE, Origin.DEBIAN)


def build(mirrors: Mirrors, folder: Path) -> Path:
    """The root in the cache `folder`, as a squashfs; made if it is not there."""
    tar = build_root(WISH, mirrors, folder)
    return cache.kept(folder, name(tar), lambda out: _squash(tar, out))


def name(tar: Path) -> str:
    """Of what is made of the image's `tar`, which is named by what it is made of."""
    added = [
        (str(path.relative_to(OVERLAY)), path)
        for path in sorted(OVERLAY.rglob("*"))
        if path.is_file()
    ]
    return f"virtual-gate-root-{cache.digest({'root': tar.name}, added)}.squashfs"


def _squash(tar: Path, out: Path) -> None:
    """Straight from the tar: nothing is unpacked here. Uncompressed: it is read often."""
    with tempfile.TemporaryDirectory(prefix="virtual-gate-") as work:
        added = Path(work) / "overlay.tar"
        run(["tar", "-cf", added, "-C", OVERLAY, "--owner=0", "--group=0", "--numeric-owner", "."])
        plain = "-quiet -no-progress -ignore-zeros -noI -noD -noF -noX"
        run(["sh", "-c", f'cat "$1" "$2" | sqfstar {plain} "$3"', "sh", tar, added, out])
