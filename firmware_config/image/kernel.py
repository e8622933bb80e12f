"""Kernel and firmware, unpacked here: no script of theirs is run, nothing foreign is executed."""

from pathlib import Path

from firmware_config.image.archive import Archive
from firmware_config.image.tools import run

META = "linux-image-"
UNPACKED = Path("usr/share/schoolgate/unpacked")
"""In a root: the unpacked packages, one `name TAB version` a line; dpkg does not know of them."""


def versions(root: Path) -> list[str]:
    """Of the kernels in `root`."""
    return sorted(path.name for path in (root / "usr/lib/modules").glob("*"))


def unpack(name: str, root: Path, archive: Archive) -> None:
    """Put a package's files into `root`; a kernel's metapackage stands for the kernel it names."""
    for package in archive.download(name):
        told = run(["dpkg-deb", "--show", "--showformat=${Package}\t${Version}\n", package])
        (root / UNPACKED).parent.mkdir(parents=True, exist_ok=True)
        with (root / UNPACKED).open("ab") as unpacked:
            unpacked.write(told)
        needs = run(["dpkg-deb", "-f", package, "Depends"]).decode()
        for need in (part.split()[0] for part in needs.split(",") if part.strip()):
            if name.startswith(META) and need.startswith(META):
                unpack(need, root, archive)
        onto = ["tar", "-xpf", "-", "-C", root, "--keep-directory-symlink"]
        run(["dpkg-deb", "--fsys-tarfile", package], into=onto)
