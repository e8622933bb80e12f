"""Kernel and firmware, unpacked here: no script of theirs is run, nothing foreign is executed."""

from pathlib import Path

from firmware_config.image.archive import Archive
from firmware_config.image.tools import run

META = "linux-image-"


def unpack(name: str, root: Path, archive: Archive) -> None:
    """Put a package's files into `root`; a kernel's metapackage stands for the kernel it names."""
    for package in archive.download(name):
        needs = run(["dpkg-deb", "-f", package, "Depends"]).decode()
        for need in (part.split()[0] for part in needs.split(",") if part.strip()):
            if name.startswith(META) and need.startswith(META):
                unpack(need, root, archive)
        run(["dpkg-deb", "--fsys-tarfile", package], into=["tar", "-xpf", "-", "-C", root])
