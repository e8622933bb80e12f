"""A card whose power fails after a number of writes, and a Pi's firmware that boots from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from device.updating import boot_choice
from device.updating.boot_choice import SECTOR, boots
from device.updating.boot_slot import BootSlot
from device.updating.rauc_backend import Backend

BLOCK = 4096
BLOCKS = 6
GARBAGE = b"\xa5"


@dataclass(frozen=True, slots=True)
class Release:
    """The contents of a slot: the boot partition names the root that it belongs to."""

    version: str

    @property
    def boot(self) -> bytes:
        return f"boot of {self.version}".encode().ljust(BLOCKS * BLOCK, b".")

    @property
    def root(self) -> bytes:
        return f"root {self.version}".encode().ljust(BLOCKS * BLOCK, b"_")


class Card:
    """Partitions as files in a folder: the first FAT, both slots, and the data partition."""

    def __init__(self, folder: Path, release: Release) -> None:
        self.folder = folder
        for name in ("data", "boot-A", "boot-B", "root-A", "root-B"):
            (folder / name).mkdir() if name == "data" else (folder / name).write_bytes(b"")
        self.gate.write_bytes(
            b"FAT".ljust(3 * SECTOR, b"\0") + boot_choice.sector(BootSlot.A) + b"\0" * 999
        )
        self.ledger.write_bytes(b"every crossing")
        for step in self.writing(BootSlot.A, release):
            step()

    @property
    def gate(self) -> Path:
        return self.folder / "gate"

    @property
    def ledger(self) -> Path:
        return self.folder / "data" / "ledger"

    def backend(self, running: BootSlot) -> Backend:
        return Backend(self.gate, self.folder / "data" / "state.json", running)

    def writing(self, slot: BootSlot, release: Release) -> "Iterator[Step]":
        """Write a slot's two images as RAUC does, block by block: a power cut can tear each."""
        for name, content in (("root", release.root), ("boot", release.boot)):
            path = self.folder / f"{name}-{slot}"
            for start in range(0, len(content), BLOCK):
                block = content[start : start + BLOCK]
                yield Step(path, start, block[: BLOCK // 2] + GARBAGE * (BLOCK // 2))
                yield Step(path, start, block)

    def boots(self, *, trying: bool) -> BootSlot | None:
        """Return the slot that boots, if the partition that the firmware selects is complete."""
        number = boots(self.gate.read_bytes()[3 * SECTOR : 4 * SECTOR], trying=trying)
        slot = next(slot for slot in BootSlot if slot.boot_partition == number)
        kernel = (self.folder / f"boot-{slot}").read_bytes()
        for version in ("1", "2"):
            release = Release(version)
            if kernel == release.boot:
                roots = {(self.folder / f"root-{slot}").read_bytes() for slot in BootSlot}
                return slot if release.root in roots else None
        return None


@dataclass(frozen=True, slots=True)
class Step:
    """One write to a partition."""

    path: Path
    start: int
    block: bytes

    def __call__(self) -> None:
        with self.path.open("r+b") as partition:
            partition.seek(self.start)
            partition.write(self.block)
