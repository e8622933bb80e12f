"""A flashed card as a file, read as a Pi's firmware would read it.

The firmware itself cannot be emulated: `firmware` reads the boot choice from the card and takes
kernel, initramfs and command line from that partition. Everything after is the image's own.
"""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from device.updating.boot_choice import boots
from firmware_config.image.disk import MIB
from tests.firmware_config.image.tree import REVISION_3B, with_revision

TREE = "bcm2837-rpi-3-b.dtb"


@dataclass(frozen=True, slots=True)
class Boot:
    """What the firmware passes to the processor."""

    partition: int
    kernel: Path
    initramfs: Path
    tree: Path
    command_line: str


def offsets(image: Path) -> dict[int, int]:
    """Return where the partitions begin, by number, in bytes."""
    told = subprocess.run(["sfdisk", "--json", image], check=True, capture_output=True).stdout
    parts = json.loads(told)["partitiontable"]["partitions"]
    return {int(part["node"].removeprefix(str(image))): part["start"] * 512 for part in parts}


def firmware(card: Path, folder: Path, *, trying: bool = False) -> Boot:
    """Read the card as the firmware does; files are written into `folder`."""
    at = offsets(card)
    autoboot = _read(card, at[1], "autoboot.txt")
    number = boots(autoboot, trying=trying)
    for name in ("kernel8.img", "initramfs8"):
        (folder / name).write_bytes(_read(card, at[number], name))
    (folder / TREE).write_bytes(with_revision(_read(card, at[number], TREE), REVISION_3B))
    command_line = _read(card, at[number], "cmdline.txt").decode().strip()
    kernel, initramfs = folder / "kernel8.img", folder / "initramfs8"
    return Boot(number, kernel, initramfs, folder / TREE, command_line)


def _read(card: Path, offset: int, name: str) -> bytes:
    return subprocess.run(
        ["mtype", "-i", f"{card}@@{offset}", f"::{name}"], check=True, capture_output=True
    ).stdout


def resized(image: Path, out: Path, gib: int) -> Path:
    """Copy the card to a larger one; QEMU's Pi accepts powers of two only."""
    subprocess.run(["cp", "--sparse=always", image, out], check=True)
    os.truncate(out, gib << 30)
    return out


def put(part: Path, card: Path, number: int) -> None:
    """Write a file over the beginning of a partition."""
    at = offsets(card)[number]
    with part.open("rb") as source, card.open("r+b") as target:
        target.seek(at)
        while block := source.read(MIB):
            target.write(block)
