"""Fill the FAT partitions: firmware, kernel, initramfs, and the choice of the slot that boots."""

import os
from pathlib import Path
from shutil import copyfile, rmtree
from uuid import UUID

from device.updating.boot_choice import sector
from device.updating.boot_slot import BootSlot
from firmware_config.image import initramfs, kernel
from gate_contract.errors import SchoolgateError

FIRMWARE = Path("usr/lib/raspi-firmware")
BOOTCODE = "bootcode.bin"
MODELS = (
    *("bcm2710-rpi-3-b-plus", "bcm2710-rpi-zero-2-w", "bcm2837-rpi-3-b", "bcm2837-rpi-3-b-plus"),
    *("bcm2837-rpi-zero-2-w", "bcm2711-rpi-4-b", "bcm2712-rpi-5-b", "bcm2712d0-rpi-5-b"),
)
CONFIG = """\
# Belongs to the slot and is replaced with it. Do not edit.
arm_64bit=1
kernel=kernel8.img
initramfs initramfs8 followkernel
camera_auto_detect=1
dtparam=watchdog=on
disable_splash=1
boot_delay=0
# For a kernel that hangs before systemd feeds the watchdog (if the firmware knows this setting).
kernel_watchdog_timeout=60
"""
FIRST_CONFIG = "# autoboot.txt selects the slot that boots. Some Pis require this file.\n"
README = """\
SCHOOLGATE

Chép tệp phiếu cài đặt (.ticket, do đơn vị quản lý cấp) vào thư mục này, rồi lắp thẻ vào máy.
Copy the gate's .ticket file (from your district) into this folder, then put the card into the Pi.
""".replace("\n", "\r\n")


def gate_partition(root: Path, folder: Path) -> None:
    """Fill the first partition, which a card reader shows, on Windows too."""
    (folder / "schoolgate").mkdir(parents=True)
    (folder / "schoolgate" / "README.txt").write_text("\ufeff" + README, "utf-8", newline="")
    (folder / "autoboot.txt").write_bytes(sector(BootSlot.A))
    (folder / "config.txt").write_text(FIRST_CONFIG)
    copyfile(root / FIRMWARE / BOOTCODE, folder / BOOTCODE)


def slot_partition(root: Path, root_id: UUID, folder: Path, moment: str) -> None:
    """Fill a slot's kernel and firmware partition; it fits either slot, as its root has a UUID."""
    folder.mkdir()
    (version, *others) = kernel.versions(root) or [""]
    if not version or others:
        raise SchoolgateError(f"a root must have one kernel, this one has {kernel.versions(root)}")
    for path in sorted((root / FIRMWARE).iterdir()):
        if path.suffix in (".elf", ".dat"):
            copyfile(path, folder / path.name)
    copyfile(root / "boot" / f"vmlinuz-{version}", folder / "kernel8.img")
    initramfs.write(root, version, folder / "initramfs8", moment)
    trees = root / f"usr/lib/linux-image-{version}"
    for path in sorted(trees.rglob("*.dtb")):
        if path.stem in MODELS:
            copyfile(path, folder / path.name)
    if (overlays := trees / "overlays").is_dir():
        (folder / "overlays").mkdir()
        for path in sorted(overlays.iterdir()):
            copyfile(path, folder / "overlays" / path.name)
    (folder / "config.txt").write_text(CONFIG)
    (folder / "cmdline.txt").write_text(
        f"gate.root={root_id.hex} ro quiet panic=10 console=tty1 systemd.show_status=no\n"
    )


def leave_out(root: Path) -> None:
    """Remove from a root what only its boot partition needs."""
    for path in (
        *(root / "boot").glob("*-*"),
        root / FIRMWARE,
        *root.glob("usr/lib/linux-image-*"),
    ):
        rmtree(path) if path.is_dir() else path.unlink()


def dated(folder: Path, moment: str) -> None:
    """Give everything in a folder the same time, which file systems copy."""
    for path in (*folder.rglob("*"), folder):
        os.utime(path, (int(moment), int(moment)), follow_symlinks=False)
