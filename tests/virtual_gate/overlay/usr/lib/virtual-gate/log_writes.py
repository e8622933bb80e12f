"""The kernel's dm-log-writes under the data partition: every write, flush and mark in order."""

import fcntl
import os
import struct
from pathlib import Path
from types import TracebackType
from typing import Self

NAME = b"data"
DEVICE = Path("/dev/dm-0")
VERSION = (4, 0, 0)
HEADER = struct.Struct("=3IIIIiIIIQ128s129s7x")  # struct dm_ioctl
TARGET = struct.Struct("=QQiI16s")  # struct dm_target_spec
CREATE, REMOVE, RESUME, LOAD, MESSAGE = 3, 4, 6, 9, 14
SECTOR = 512


class LogWrites:
    """A context manager: `DEVICE` is `disk`, and its writes are also recorded on `log`."""

    def __init__(self, disk: Path, log: Path) -> None:
        self._disk, self._log = disk, log

    def mark(self, text: str) -> None:
        """Put `text` between the writes before and after it."""
        self._ask(MESSAGE, struct.pack("=Q", 0) + f"mark {text}".encode() + b"\0")

    def __enter__(self) -> Self:
        with self._disk.open("rb") as disk:
            sectors = disk.seek(0, os.SEEK_END) // SECTOR
        self._control = os.open("/dev/mapper/control", os.O_RDWR)
        self._ask(CREATE)
        table = (
            TARGET.pack(0, sectors, 0, 0, b"log-writes") + f"{self._disk} {self._log}\0".encode()
        )
        self._ask(LOAD, table.ljust(-len(table) % 8 + len(table), b"\0"), targets=1)
        self._ask(RESUME)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ask(REMOVE)
        os.close(self._control)

    def _ask(self, what: int, data: bytes = b"", *, targets: int = 0) -> None:
        size = HEADER.size + len(data)
        head = HEADER.pack(*VERSION, size, HEADER.size, targets, 0, 0, 0, 0, 0, NAME, b"")
        fcntl.ioctl(
            self._control, 0xC0000000 | HEADER.size << 16 | 0xFD << 8 | what, bytearray(head + data)
        )
