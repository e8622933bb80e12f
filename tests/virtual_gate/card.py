"""The virtual gate's SD card: the image's partitions by number, name and label, in a file.

Mtools do what a technician does with a card in a reader; nothing is mounted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from firmware_config.image import boot, disk, filesystems
from firmware_config.image.disk import MIB, Part, Sizes
from firmware_config.image.tools import run

SEED, MOMENT = "virtual gate", "1767225600"
NO_SLOTS = {"boot": 1, "root": 1}
"""MiB, if the root is not on the card."""
FOLDER = "schoolgate"


@dataclass(frozen=True, slots=True)
class Card:
    """An SD card; `path` is its file."""

    path: Path
    parts: tuple[Part, ...]

    def part(self, name: str) -> Part:
        """Return a partition by its name in `disk.layout`."""
        (found,) = (part for part in self.parts if part.name == name)
        return found

    def inside(self, name: str) -> str:
        """Return a FAT partition in the notation of mtools."""
        return f"{self.path}@@{self.part(name).start_mib * MIB}"

    def put(self, files: Mapping[str, bytes]) -> None:
        """Copy files into the folder that a technician sees, replacing others of these names."""
        with TemporaryDirectory() as work:
            for name, content in files.items():
                (Path(work) / name).write_bytes(content)
                inside = ["-o", "-i", self.inside("GATE"), Path(work) / name, f"::{FOLDER}/{name}"]
                run(["mcopy", *inside])

    def take_away(self, name: str) -> None:
        """Delete a file."""
        run(["mdel", "-i", self.inside("GATE"), f"::{FOLDER}/{name}"])

    def listed(self) -> set[str]:
        """List the files in that folder."""
        said = run(["mdir", "-b", "-i", self.inside("GATE"), f"::{FOLDER}"]).decode()
        return {line.rpartition("/")[2] for line in said.splitlines() if line.strip()}

    def read(self, partition: str, name: str) -> bytes:
        """Read a file of a FAT partition."""
        return run(["mtype", "-i", self.inside(partition), f"::{name}"])


def make_card(
    out: Path,
    data: Path,
    slots: Mapping[str, Path] | None = None,
    sizes: Mapping[str, int] | None = None,
) -> Card:
    """Make a card with its first partition as shipped, and with the file system `data`.

    `slots` are contents of further partitions by name, `sizes` those of all slots in MiB.
    """
    layout = disk.layout(Sizes(**(sizes or NO_SLOTS), data=data.stat().st_size // MIB))
    with TemporaryDirectory(dir=out.parent) as name:
        work = Path(name)
        firmware = work / "root" / boot.FIRMWARE
        firmware.mkdir(parents=True)
        (firmware / boot.BOOTCODE).write_bytes(b"")  # a Pi's; nothing here reads it
        boot.gate_partition(work / "root", work / "gate")
        gate = work / "gate.vfat"
        size_mib = Sizes().gate
        filesystems.fat(
            work / "gate", gate, label="GATE", size_mib=size_mib, seed=SEED, moment=MOMENT
        )
        out.unlink(missing_ok=True)
        disk.assemble(out, layout, {"GATE": gate, "data": data, **(slots or {})})
    return Card(out, layout)
