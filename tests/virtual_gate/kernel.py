"""The virtual gate's kernel: User Mode Linux from Debian's own sources, built once."""

import os
import shutil
import tempfile
from pathlib import Path

from firmware_config.image import cache
from firmware_config.image.archive import Archive, Mirrors, sources
from firmware_config.image.layers import Origin
from firmware_config.image.tools import run

SOURCE = "linux-source-7.3"
SUITE = "trixie"
"""`SOURCE` is in its backports. 6.12, of the release itself, panics on processors with AMX."""
CONFIG = Path(__file__).with_name("kernel.config")
BASE = "x86_64_defconfig"


class KernelError(AssertionError):
    """The built kernel has not the requested options."""


def name() -> str:
    """Return the name of the kernel in the cache."""
    made_of = cache.digest({"source": SOURCE, "base": BASE}, [(CONFIG.name, CONFIG)])
    return f"virtual-gate-linux-{made_of}"


def build(mirrors: Mirrors, out: Path) -> None:
    """Download the source and build it; takes some minutes."""
    with tempfile.TemporaryDirectory(prefix="virtual-gate-") as work:
        folder = Path(work)
        apt = Archive(folder, sources(mirrors, SUITE, Origin.DEBIAN), "amd64")
        (package,) = apt.download(SOURCE)
        run(["dpkg-deb", "--extract", package, folder / "package"])
        package.unlink()
        run(["tar", "-xf", folder / "package" / "usr" / "src" / f"{SOURCE}.tar.xz", "-C", folder])
        tree = folder / SOURCE
        configure(tree)
        _make(tree, f"-j{os.cpu_count()}", "linux")
        run(["strip", "--strip-debug", tree / "linux"])
        shutil.copy(tree / "linux", out)


def configure(tree: Path) -> None:
    """Write `.config`. Raises KernelError for an option that this kernel lacks."""
    _make(tree, BASE)
    run(["scripts/kconfig/merge_config.sh", "-m", ".config", CONFIG], cwd=tree)
    _make(tree, "olddefconfig")
    wanted = [line for line in CONFIG.read_text("ascii").splitlines() if "CONFIG_" in line]
    missed = set(wanted) - set((tree / ".config").read_text("ascii").splitlines())
    if missed:
        raise KernelError(f"{CONFIG.name}: not so in {SOURCE}: {', '.join(sorted(missed))}")


def _make(tree: Path, *targets: str) -> None:
    run(["nice", "-n", "19", "make", "-s", "ARCH=um", *targets], cwd=tree)
