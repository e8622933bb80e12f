"""What a disk may hold after a power cut: a model of a file system with ordered metadata.

- A write that was not followed by an fsync of its file survives or not sector by sector (512 B).
- An unsynced truncation survives or not. A lost sector inside a grown file reads as zeros.
- Names follow ext4: creating and unlinking go through one journal in order, so what survives of
  them is always a prefix; an fsync of a file commits the journal up to that file's own creation.
  (If an unlink could vanish after a later file of the same name was synced, an old WAL could
  return in its place, and `synchronous=FULL` would wrongly seem to lose data.)
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

SECTOR = 512


@dataclass(frozen=True, slots=True)
class Write:
    file: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    file: int
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    file: int


@dataclass(frozen=True, slots=True)
class Create:
    name: str
    file: int


@dataclass(frozen=True, slots=True)
class Unlink:
    name: str
    folder_synced: bool


Effect = Write | Truncate | Sync | Create | Unlink
Image = dict[str, bytes]


@dataclass
class Recorder:
    """Records every effect on the files of one folder, by their names at the time."""

    effects: list[Effect] = field(default_factory=list)
    _files: dict[str, int] = field(default_factory=dict)
    _made: int = 0

    def opened(self, path: str) -> None:
        if path not in self._files:
            self._made += 1
            self._files[path] = self._made
            self.effects.append(Create(_name(path), self._made))

    def write(self, path: str, offset: int, data: bytes) -> int:
        self.effects.append(Write(self._files[path], offset, data))
        return 0

    def truncate(self, path: str, size: int) -> int:
        self.effects.append(Truncate(self._files[path], size))
        return 0

    def sync(self, path: str) -> int:
        self.effects.append(Sync(self._files[path]))
        return 0

    def unlink(self, path: str, *, folder_synced: bool) -> int:
        if self._files.pop(path, None) is not None:
            self.effects.append(Unlink(_name(path), folder_synced))
        return 0


def _name(path: str) -> str:
    return path.rpartition("/")[2]


class Disk:
    """The disk after the effects so far; `crashed` is one of its possible states after a cut."""

    def __init__(self) -> None:
        self._synced: dict[int, bytearray] = {}
        self._pending: dict[int, list[Write | Truncate]] = {}
        self._names: dict[str, int] = {}
        self._journal: list[Create | Unlink] = []

    def apply(self, effect: Effect) -> None:
        match effect:
            case Write(file) | Truncate(file):
                self._pending[file].append(effect)
            case Sync(file):
                for change in self._pending[file]:
                    _apply(self._synced[file], change)
                self._pending[file].clear()
                made = [i for i, e in enumerate(self._journal, 1) if e == _creation(e, file)]
                self._commit(made[-1] if made else 0)
            case Create(_, file):
                self._synced[file], self._pending[file] = bytearray(), []
                self._journal.append(effect)
            case Unlink(_, folder_synced):
                self._journal.append(effect)
                if folder_synced:
                    self._commit(len(self._journal))

    @property
    def settled(self) -> bool:
        """Whether a cut now has only one possible result."""
        return not self._journal and not any(self._pending.values())

    def crashed(self, chance: random.Random, kept: float) -> Image:
        """Return the files after a cut now; an unsynced sector survives with probability `kept`."""
        names = dict(self._names)
        for entry in self._journal[: _prefix(chance, len(self._journal), kept)]:
            _rename(names, entry)
        image = {}
        for name, file in names.items():
            data = bytearray(self._synced[file])
            for change in self._pending[file]:
                for part in _sectors(change):
                    if chance.random() < kept:
                        _apply(data, part)
            image[name] = bytes(data)
        return image

    def _commit(self, length: int) -> None:
        for effect in self._journal[:length]:
            _rename(self._names, effect)
        del self._journal[:length]


def _creation(effect: Create | Unlink, file: int) -> Create | None:
    return effect if isinstance(effect, Create) and effect.file == file else None


def _prefix(chance: random.Random, length: int, kept: float) -> int:
    if kept in (0.0, 1.0):
        return int(kept) * length
    return chance.randint(0, length)


def _rename(names: dict[str, int], effect: Create | Unlink) -> None:
    if isinstance(effect, Create):
        names[effect.name] = effect.file
    else:
        names.pop(effect.name, None)


def _sectors(effect: Write | Truncate) -> Iterator[Write | Truncate]:
    """Split a write as the disk does: each sector that it touches separately."""
    if isinstance(effect, Truncate):
        yield effect
        return
    start, end = effect.offset, effect.offset + len(effect.data)
    while start < end:
        stop = min(end, (start // SECTOR + 1) * SECTOR)
        data = effect.data[start - effect.offset : stop - effect.offset]
        yield Write(effect.file, start, data)
        start = stop


def _apply(data: bytearray, effect: Write | Truncate) -> None:
    if isinstance(effect, Truncate):
        size = effect.size
        del data[size:]
        data.extend(bytes(size - len(data)))
        return
    end = effect.offset + len(effect.data)
    data.extend(bytes(max(0, end - len(data))))
    data[effect.offset : end] = effect.data
