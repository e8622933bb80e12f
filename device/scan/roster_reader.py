"""What gate-scan knows of a card from the rosters that gate-uplink has put beside the ledger."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from device.roster_store import RosterStore
from gate_contract.card import VerifiedCard
from gate_contract.roster import EffectiveRoster, EntryAction

LOOK_MS = 1_000

log = structlog.get_logger()


class CardStatus(NamedTuple):
    """How a card stands. `action` is what this gate does at the entry for its holder's level."""

    revoked: bool = False
    level: int | None = None
    action: EntryAction = EntryAction.ADMIT


class RosterState(NamedTuple):
    """The versions gone by, 0 for none, and what is wrong with a file."""

    version: int = 0
    district_version: int = 0
    fault: str = ""


class Rosters(Protocol):
    """Who is asked about a card."""

    @property
    def state(self) -> RosterState: ...

    @property
    def card_keys(self) -> Mapping[int, Ed25519PublicKey]:
        """The district's newer card keys, by key_id."""
        ...

    def refresh(self, up_ms: int) -> None:
        """Take up what is new."""
        ...

    def standing(self, card: VerifiedCard) -> CardStatus:
        """How `card` stands."""
        ...


class NoRosters:
    """A gate that knows nothing beyond a card's signature."""

    state = RosterState()
    card_keys: Mapping[int, Ed25519PublicKey] = {}

    def refresh(self, up_ms: int) -> None:
        """Nothing."""

    def standing(self, card: VerifiedCard) -> CardStatus:  # noqa: ARG002 (the same for all)
        """Nothing is known."""
        return CardStatus()


class RosterReader:
    """Rosters in a gate's folder, looked at once a second. What is older or damaged is not taken
    up: the last good one stays."""

    def __init__(self, folder: Path, gate_id: str, keys: Mapping[int, Ed25519PublicKey]) -> None:
        self._own = _Watched(RosterStore(folder, gate_id, keys))
        self._district = _Watched(RosterStore(folder, gate_id, keys, district=True))
        self._looked_up_ms: int | None = None
        self.card_keys: Mapping[int, Ed25519PublicKey] = {}

    @property
    def state(self) -> RosterState:
        own, district = self._own, self._district
        return RosterState(own.version, district.version, (own.fault or district.fault)[:200])

    def refresh(self, up_ms: int) -> None:
        """Look at the files, unless that was done within the last second."""
        if self._looked_up_ms is None or up_ms - self._looked_up_ms >= LOOK_MS:
            self._looked_up_ms = up_ms
            self._own.look()
            if self._district.look() and self._district.book:
                self.card_keys = _loaded(self._district.book.card_keys)

    def standing(self, card: VerifiedCard) -> CardStatus:
        """How `card` stands."""
        books = [book for book in (self._own.book, self._district.book) if book]
        revoked = any(book.is_revoked(card.card.card_id) for book in books)
        own = self._own.book
        level = own.level(card.signature) if own else None
        return CardStatus(revoked, level, own.action(level) if own and level else EntryAction.ADMIT)


class _Watched:
    """A shelf's book, read again when its file has changed."""

    def __init__(self, shelf: RosterStore) -> None:
        self._shelf = shelf
        self._seen: object = None
        self.book: EffectiveRoster | None = None
        self.fault = ""

    @property
    def version(self) -> int:
        return self.book.version if self.book else 0

    def look(self) -> bool:
        """Whether the book is another one than before."""
        before = self.book
        try:
            stat = self._shelf.path.stat()
        except OSError:
            seen: object = "no file"
        else:
            seen = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        if seen == self._seen:
            return False
        self._seen = seen
        found = self._shelf.read()
        fault = found.fault
        if found.book and found.book.version < self.version:
            fault = f"{self._shelf.path.name}: older than what this gate goes by"
        elif found.book:
            self.book = found.book
        if fault and fault != self.fault:
            log.warning("roster", fault=fault)
        self.fault = fault
        return self.book is not before


def _loaded(keys: Mapping[int, bytes]) -> dict[int, Ed25519PublicKey]:
    return {key_id: Ed25519PublicKey.from_public_bytes(raw) for key_id, raw in keys.items()}
