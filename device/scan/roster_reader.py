"""Look up cards in the rosters that gate-uplink has stored beside the ledger."""

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
    """The status of a card. `action` is what this gate does at the entry for its level."""

    revoked: bool = False
    level: int | None = None
    action: EntryAction = EntryAction.ADMIT


class RosterState(NamedTuple):
    """The versions in use, 0 for none, and the fault of a roster file."""

    version: int = 0
    district_version: int = 0
    fault: str = ""


class Rosters(Protocol):
    """A source of card statuses."""

    @property
    def state(self) -> RosterState:
        """The versions in use."""
        ...

    @property
    def card_keys(self) -> Mapping[int, Ed25519PublicKey]:
        """The district's newer card keys, by key_id."""
        ...

    def refresh(self, up_ms: int) -> None:
        """Use new rosters, if there are any."""
        ...

    def status(self, card: VerifiedCard) -> CardStatus:
        """Return the status of `card`."""
        ...


class NoRosters:
    """For a gate that knows nothing beyond a card's signature."""

    state = RosterState()
    card_keys: Mapping[int, Ed25519PublicKey] = {}

    def refresh(self, up_ms: int) -> None:
        """Do nothing."""

    def status(self, card: VerifiedCard) -> CardStatus:  # noqa: ARG002 (the same for all)
        """Return the status of an unknown card."""
        return CardStatus()


class RosterReader:
    """Rosters in a gate's folder, whose files are checked for changes once a second.

    An older or damaged file is not used: the last good roster stays in use.
    """

    def __init__(self, folder: Path, gate_id: str, keys: Mapping[int, Ed25519PublicKey]) -> None:
        self._own = _WatchedStore(RosterStore(folder, gate_id, keys))
        self._district = _WatchedStore(RosterStore(folder, gate_id, keys, district=True))
        self._checked_up_ms: int | None = None
        self.card_keys: Mapping[int, Ed25519PublicKey] = {}

    @property
    def state(self) -> RosterState:
        """The versions in use."""
        own, district = self._own, self._district
        return RosterState(own.version, district.version, (own.fault or district.fault)[:200])

    def refresh(self, up_ms: int) -> None:
        """Check the files, unless that was done within the last second."""
        if self._checked_up_ms is None or up_ms - self._checked_up_ms >= LOOK_MS:
            self._checked_up_ms = up_ms
            self._own.refresh()
            if self._district.refresh() and self._district.roster:
                self.card_keys = _loaded(self._district.roster.card_keys)

    def status(self, card: VerifiedCard) -> CardStatus:
        """Return the status of `card` in both rosters."""
        rosters = [found for found in (self._own.roster, self._district.roster) if found]
        revoked = any(roster.is_revoked(card.card.card_id) for roster in rosters)
        own = self._own.roster
        level = own.level(card.signature) if own else None
        return CardStatus(revoked, level, own.action(level) if own and level else EntryAction.ADMIT)


class _WatchedStore:
    """The roster of a store, read again when its file has changed."""

    def __init__(self, store: RosterStore) -> None:
        self._store = store
        self._seen: object = None
        self.roster: EffectiveRoster | None = None
        self.fault = ""

    @property
    def version(self) -> int:
        return self.roster.version if self.roster else 0

    def refresh(self) -> bool:
        """Read the file if it has changed; return whether another roster is in use now."""
        before = self.roster
        try:
            stat = self._store.path.stat()
        except OSError:
            seen: object = "no file"
        else:
            seen = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        if seen == self._seen:
            return False
        self._seen = seen
        found = self._store.read()
        fault = found.fault
        if found.roster and found.roster.version < self.version:
            fault = f"{self._store.path.name}: older than the roster in use"
        elif found.roster:
            self.roster = found.roster
        if fault and fault != self.fault:
            log.warning("roster", fault=fault)
        self.fault = fault
        return self.roster is not before


def _loaded(keys: Mapping[int, bytes]) -> dict[int, Ed25519PublicKey]:
    return {key_id: Ed25519PublicKey.from_public_bytes(raw) for key_id, raw in keys.items()}
