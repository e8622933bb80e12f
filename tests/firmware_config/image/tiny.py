"""A root of a few files with everything the image requires: quickly made, not bootable."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from firmware_config.image.disk import Sizes

VERSION = "1.0-tiny"
MOMENT = 1_780_000_000
SMALL = Sizes(gate=34, boot=34, root=2, data=2)
TOOLS = (
    *("mkfs.vfat", "mcopy", "mkfs.erofs", "mke2fs", "sfdisk", "cpio", "depmod"),
    *("rauc", "mksquashfs"),
)
missing = [tool for tool in TOOLS if not shutil.which(tool, path="/usr/sbin:/usr/bin:/sbin:/bin")]
NEEDS_TOOLS = pytest.mark.skipif(
    bool(missing), reason=f"not installed: {missing} (make test installs them)"
)


def root(folder: Path) -> Path:
    """Make the tree that the tar of a root unpacks to."""
    files = {
        "usr/lib/os-release": (
            'VERSION_CODENAME=trixie\nIMAGE_ID=schoolgate-arm64\nIMAGE_VERSION="20260528"\n'
        ),
        "usr/lib/clock-epoch": "",
        "usr/bin/busybox": "#!busybox\n",
        "usr/share/schoolgate/unpacked": "linux-image-tiny\t1.0-1\nraspi-firmware\t1.2024\n",
        "usr/lib/raspi-firmware/bootcode.bin": "boot code\n",
        "usr/lib/raspi-firmware/start4.elf": "start\n",
        "usr/lib/raspi-firmware/fixup4.dat": "fixup\n",
        f"boot/vmlinuz-{VERSION}": "a kernel\n",
        f"usr/lib/linux-image-{VERSION}/broadcom/bcm2711-rpi-4-b.dtb": "a tree\n",
        f"usr/lib/linux-image-{VERSION}/broadcom/other-board.dtb": "another board\n",
        "var/lib/dpkg/status": (
            "Package: libc6\nStatus: install ok installed\nVersion: 2.41-12\n"
            "Architecture: arm64\n\n"
            "Package: gone\nStatus: deinstall ok config-files\nVersion: 1\nArchitecture: all\n\n"
        ),
        "opt/schoolgate/lib/python3.13/site-packages/msgspec-0.22.0.dist-info/METADATA": (
            "Metadata-Version: 2.4\nName: msgspec\nVersion: 0.22.0\n"
        ),
        "etc/hostname": "gate\n",
    }
    for name in ("modules.order", "modules.builtin", "modules.builtin.modinfo"):
        files[f"usr/lib/modules/{VERSION}/{name}"] = ""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    (folder / "usr/bin/python3").symlink_to("python3.13")
    (folder / "lib").symlink_to("usr/lib")
    for path in (folder, *folder.rglob("*")):
        os.utime(path, (MOMENT, MOMENT), follow_symlinks=False)
    return folder


def tar(folder: Path) -> Path:
    """Make the same as a tar, in `folder`."""
    out = folder / "root.tar"
    root(folder / "root")
    subprocess.run(["tar", "-cf", out, "--sort=name", "-C", folder / "root", "."], check=True)
    return out
