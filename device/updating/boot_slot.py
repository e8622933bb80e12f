"""The two slots of a gate's SD card."""

from enum import StrEnum


class BootSlot(StrEnum):
    """One of the two places of a root file system and its kernel."""

    A = "A"
    B = "B"

    @property
    def other(self) -> "BootSlot":
        """The slot that an update is written to while this one runs."""
        return BootSlot.B if self is BootSlot.A else BootSlot.A

    @property
    def boot_partition(self) -> int:
        """The number of its FAT partition."""
        return 2 if self is BootSlot.A else 3

    @property
    def root_partition(self) -> int:
        """The number of its root partition."""
        return 5 if self is BootSlot.A else 6
