"""Choose the slot that a Pi's firmware boots: `autoboot.txt`, one sector that is written in place.

The firmware boots `boot_partition`; once, after a reboot that asks for a trial, the one in section
`[tryboot]`. Both variants of the file are exactly one sector long: a change is the write of one
sector, which an SD card does completely or not at all, and no file system metadata is touched.
"""

import os
from pathlib import Path

from device.updating.boot_slot import BootSlot
from gate_contract.errors import SchoolgateError

SECTOR = 512


def sector(slot: BootSlot) -> bytes:
    """Return the `autoboot.txt` that boots `slot`, and tries the other one on request."""
    text = (
        "# Schoolgate: which slot boots. Written in place by updates; not to be edited.\n"
        f"[all]\ntryboot_a_b=1\nboot_partition={slot.boot_partition}\n"
        f"[tryboot]\nboot_partition={slot.other.boot_partition}\n"
    ).encode()
    return text + b"#" * (SECTOR - len(text) - 1) + b"\n"


def boots(autoboot: bytes, *, trying: bool) -> int:
    """Return the number of the partition that the firmware boots.

    Source: Raspberry Pi's documentation of autoboot.txt.
    """
    section, chosen = "all", 1
    for line in autoboot.decode("ascii", "replace").splitlines():
        line = line.partition("#")[0].strip()
        if line.startswith("["):
            section = line.strip("[]")
        elif line.startswith("boot_partition=") and (section == "all" or trying):
            chosen = int(line.removeprefix("boot_partition="))
    return chosen


def committed(device: Path) -> BootSlot:
    """Return the slot that boots, from the partition `device` that holds `autoboot.txt`.

    Raises:
        SchoolgateError: the file is not one of ours.
    """
    return _find(device)[0]


def commit(device: Path, slot: BootSlot) -> None:
    """Let `slot` boot from now on; the sector is on the SD card when this returns."""
    _, at = _find(device)
    card = os.open(device, os.O_WRONLY | os.O_DSYNC)
    try:
        os.pwrite(card, sector(slot), at)
    finally:
        os.close(card)


def _find(device: Path) -> tuple[BootSlot, int]:
    known = {sector(slot): slot for slot in BootSlot}
    found = []
    with device.open("rb") as partition:
        at = 0
        while block := partition.read(1 << 20):
            for start in range(0, len(block), SECTOR):
                if slot := known.get(block[start : start + SECTOR]):
                    found.append((slot, at + start))
            at += len(block)
    if len(found) != 1:
        raise SchoolgateError(
            f"{device} has {len(found)} boot choices of ours instead of one; "
            "write the SD card again, its data partition can be kept"
        )
    return found[0]
