"""Unpack kernel and firmware packages without running any of their scripts."""

from pathlib import Path

from firmware_config.image.archive import Archive
from firmware_config.image.tools import run

META = "linux-image-"
UNPACKED = Path("usr/share/schoolgate/unpacked")
"""In a root: the unpacked packages, one `name TAB version` a line; dpkg does not list them."""


def versions(root: Path) -> list[str]:
    """Return the versions of the kernels in `root`."""
    return sorted(path.name for path in (root / "usr/lib/modules").glob("*"))


def unpack(name: str, root: Path, archive: Archive) -> None:
    """Unpack a package into `root`; a kernel's metapackage stands for its kernel."""
    for package in archive.download(name):
        listed = run(["dpkg-deb", "--show", "--showformat=${Package}\t${Version}\n", package])
        (root / UNPACKED).parent.mkdir(parents=True, exist_ok=True)
        with (root / UNPACKED).open("ab") as unpacked:
            unpacked.write(listed)
        needs = run(["dpkg-deb", "-f", package, "Depends"]).decode()
        for need in (part.split()[0] for part in needs.split(",") if part.strip()):
            if name.startswith(META) and need.startswith(META):
                unpack(need, root, archive)
        onto = ["tar", "-xpf", "-", "-C", root, "--keep-directory-symlink"]
        run(["dpkg-deb", "--fsys-tarfile", package], into=onto)
