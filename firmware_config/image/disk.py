"""Partition the SD card, and assemble its parts in one file, without loop devices or mounts.

    1 GATE     FAT   visible to a technician: `schoolgate/`; chooses which of 2 and 3 boots
    2 BOOT-A   FAT   kernel and firmware of the first slot
    3 BOOT-B   FAT   kernel and firmware of the second slot
    5 root A   erofs
    6 root B   erofs
    7 data     ext4  the ledger, and the files of provisioning; outside of the slots

The partition table is an MBR, because the boot ROM of a Pi 3 supports nothing else; 4 contains 5 to
7. The last partition grows to the end of the card at the first boot.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from firmware_config.image.tools import run
from gate_contract.errors import SchoolgateError

MIB = 1 << 20
DISK_ID = 0x53470001  # the same on every card, so that partitions have fixed names
GAP_MIB = 1  # before each logical partition: its EBR
START_MIB = 4
FAT, EXTENDED, LINUX = "c", "5", "83"


@dataclass(frozen=True, slots=True)
class Part:
    """A partition. `start_mib` counts from the beginning of the card."""

    number: int
    name: str
    kind: str
    start_mib: int
    size_mib: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes in MiB. A root slot has room for the roots of the next years."""

    gate: int = 40  # a little more than the smallest FAT32
    boot: int = 128
    root: int = 768
    data: int = 128


def layout(sizes: Sizes) -> tuple[Part, ...]:
    """Return the partitions, including the extended one, 4."""
    parts, at = [], START_MIB
    primary = (("GATE", sizes.gate), ("BOOT-A", sizes.boot), ("BOOT-B", sizes.boot))
    for number, (name, size) in enumerate(primary, 1):
        parts.append(Part(number, name, FAT, at, size))
        at += size
    logical = (("root-a", sizes.root), ("root-b", sizes.root), ("data", sizes.data))
    inside = sum(size + GAP_MIB for _, size in logical)
    parts.append(Part(4, "extended", EXTENDED, at, inside))
    for number, (name, size) in enumerate(logical, 5):
        parts.append(Part(number, name, LINUX, at + GAP_MIB, size))
        at += GAP_MIB + size
    return tuple(parts)


def size_mib(parts: tuple[Part, ...]) -> int:
    """Return the size of the whole card."""
    return max(part.start_mib + part.size_mib for part in parts)


def table(parts: tuple[Part, ...]) -> str:
    """Return the input of sfdisk."""
    lines = ["label: dos", f"label-id: {DISK_ID:#010x}"]
    for part in parts:
        bounds = f"start={part.start_mib}MiB, size={part.size_mib}MiB"
        lines.append(f"{part.number} : {bounds}, type={part.kind}")
    return "\n".join(lines) + "\n"


def assemble(out: Path, parts: tuple[Part, ...], contents: dict[str, Path]) -> None:
    """Write the card to `out`; a partition without contents stays empty."""
    with out.open("wb") as card:
        card.truncate(size_mib(parts) * MIB)
    run(["sfdisk", "--quiet", "--no-reread", "--no-tell-kernel", out], given=table(parts).encode())
    with out.open("r+b") as card:
        for part in parts:
            if part.name in contents:
                _copy(contents[part.name], card.fileno(), part)


def _copy(source: Path, card: int, part: Part) -> None:
    if source.stat().st_size > part.size_mib * MIB:
        raise SchoolgateError(
            f"{part.name} has {part.size_mib} MiB, and its contents {source.stat().st_size >> 20}; "
            "give it more in disk.py, Sizes: gates in service need a new card then"
        )
    with source.open("rb") as content:
        at = part.start_mib * MIB
        while block := content.read(MIB):
            if block.count(0) != len(block):  # empty blocks stay holes of the file
                os.pwrite(card, block, at)
            at += len(block)
