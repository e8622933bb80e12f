"""The root of the virtual gate: the image's own root, with additions for the test."""

import shutil
import tempfile
from pathlib import Path

from firmware_config.image import cache
from firmware_config.image.archive import Mirrors
from firmware_config.image.layers import Hardware, Origin
from firmware_config.image.root import RootSpec, build_root, root_name
from firmware_config.image.tools import run

OVERLAY = Path(__file__).with_name("overlay")
WISH = RootSpec("amd64", "trixie", Hardware.NONE, Origin.DEBIAN)


def build(mirrors: Mirrors, folder: Path) -> Path:
    """Return the root in the cache `folder` as a squashfs; make it if it is missing."""
    return cache.kept(folder, name(), lambda out: _squash(build_root(WISH, mirrors, folder), out))


def name() -> str:
    """Return the name of the root in the cache, by its inputs."""
    added = [
        (str(path.relative_to(OVERLAY)), path)
        for path in sorted(OVERLAY.rglob("*"))
        if path.is_file()
    ]
    made_of = cache.digest({"root": root_name(WISH)}, added)
    return f"virtual-gate-root-{made_of}.squashfs"


def _squash(tar: Path, out: Path) -> None:
    """Convert the tar directly, without unpacking. Uncompressed, because it is read often."""
    with tempfile.TemporaryDirectory(prefix="virtual-gate-", dir=out.parent) as work:
        both = Path(work) / "both.tar"
        shutil.copyfile(tar, both)
        names = [path.relative_to(OVERLAY) for path in OVERLAY.rglob("*") if not path.is_dir()]
        ours = ["--owner=0", "--group=0", "--numeric-owner", "--mode=u=rwX,go=rX"]
        run(["tar", "-rf", both, "-C", OVERLAY, *ours, *sorted(names)])
        plain = "-quiet -no-progress -noI -noD -noF -noX -root-mode 0755"
        run(["sh", "-c", f'sqfstar {plain} "$2" < "$1"', "sh", both, out])
