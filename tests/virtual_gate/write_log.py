"""Read a log of the kernel's dm-log-writes, and make the disks that a power cut would leave."""

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntFlag
from pathlib import Path
from typing import NamedTuple

MAGIC = 0x6A736677736872
HEAD = struct.Struct("<QQQI")  # struct log_write_super
TOLD = "told-"
ENTRY = struct.Struct("<QQQQ")  # struct log_write_entry


class Flag(IntFlag):
    """The flags of an entry. A flush makes completed writes durable, FUA the write itself."""

    FLUSH = 1
    FUA = 2
    DISCARD = 4
    MARK = 8
    METADATA = 16


class Entry(NamedTuple):
    """A write of `data` at byte `at`, or a mark with its `text`."""

    at: int
    flags: Flag
    data: bytes
    text: str = ""


class LogError(AssertionError):
    """The file is not a log of dm-log-writes."""


def entries(log: Path) -> Iterator[Entry]:
    """Yield the entries in the order in which they were completed."""
    with log.open("rb") as file:
        magic, _, number, sector = HEAD.unpack(file.read(HEAD.size))
        if magic != MAGIC:
            raise LogError(f"{log}: not written by dm-log-writes, or never finished")
        file.seek(sector)
        for _ in range(number):
            head = file.read(sector)
            at, sectors, flags, length = ENTRY.unpack_from(head)
            text = head[ENTRY.size : ENTRY.size + length].decode()
            written = not flags & (Flag.DISCARD | Flag.MARK)
            data = file.read(sectors * sector) if written else b""
            yield Entry(at * sector, Flag(flags), data, text)


@dataclass(frozen=True, slots=True)
class Cut:
    """The disk after a power cut, right after `told` crossings were acknowledged.

    `kept` of the `pending` writes, which no flush had made durable, are on it nevertheless.
    """

    told: int
    disk: bytes
    kept: int
    pending: int


def cuts(log: Path, base: bytes, *, seed: int) -> Iterator[Cut]:
    """Yield two cuts at each mark `told-N`: one loses all that was not flushed, one keeps a part.

    In the second, later writes may be kept before earlier ones, and some are torn.
    """
    chance = random.Random(seed)
    durable = bytearray(base)
    pending: list[Entry] = []
    for entry in entries(log):
        if entry.flags & Flag.MARK:
            if not entry.text.startswith(TOLD):  # the kernel's own, at the end
                continue
            told = int(entry.text.removeprefix(TOLD))
            yield Cut(told, bytes(durable), 0, len(pending))
            torn = bytearray(durable)
            kept = [write for write in pending if chance.random() < 0.5]
            for write in kept:
                _put(torn, write, _sectors(write, chance))
            yield Cut(told, bytes(torn), len(kept), len(pending))
            continue
        if entry.flags & Flag.FLUSH:
            for write in pending:
                _put(durable, write, len(write.data))
            pending.clear()
        if entry.flags & Flag.FUA:
            _put(durable, entry, len(entry.data))
        elif entry.data:
            pending.append(entry)


def _sectors(write: Entry, chance: random.Random) -> int:
    """Return how much of a write was kept: all, or in one of four cases only its first sectors."""
    sectors = len(write.data) // 512
    return 512 * (chance.randrange(sectors) if chance.random() < 0.25 else sectors)


def _put(disk: bytearray, write: Entry, length: int) -> None:
    disk[write.at : write.at + length] = write.data[:length]
