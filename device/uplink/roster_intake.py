"""Rosters that arrive: verified, never older than what is kept, and kept before anything else."""

from collections.abc import Mapping
from pathlib import Path

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from device.roster_store import RosterStore
from gate_contract.errors import ContractError
from gate_contract.roster import EffectiveRoster, Roster, apply_roster, verify

RETRY_MS = 10_000
"""Before a roster that could not be written is tried again."""

log = structlog.get_logger()


class RosterIntake:
    """`fault` says why the last roster that came is not kept; it is empty if that one is."""

    def __init__(self, folder: Path, gate_id: str, keys: Mapping[int, Ed25519PublicKey]) -> None:
        self._gate_id = gate_id
        self._keys = keys
        shelves = (
            RosterStore(folder, gate_id, keys),
            RosterStore(folder, gate_id, keys, district=True),
        )
        self._slots = {shelf.district: _Slot(shelf) for shelf in shelves}
        self._unwritten: bytes | None = None
        self._retry_up_ms = 0
        self.fault = ""

    def take(self, payload: bytes, up_ms: int) -> None:
        """Keep a roster, or say why not. An empty payload is a topic that was cleared."""
        if not payload:
            return
        try:
            roster = verify(payload, self._keys)
            if self._slots[roster.gate_id is None].take(roster, payload, self._gate_id):
                log.info("roster", version=roster.version, base=roster.base)
            self._unwritten = None
            self.fault = ""
        except ContractError as error:
            self._say(f"a roster was refused ({error.reason}): {error}")
        except OSError as error:
            self._unwritten, self._retry_up_ms = payload, up_ms + RETRY_MS
            self._say(f"a roster cannot be kept: {error}")

    def tend(self, up_ms: int) -> None:
        """Try again to keep what could not be written."""
        if self._unwritten is not None and up_ms >= self._retry_up_ms:
            self.take(self._unwritten, up_ms)

    def _say(self, fault: str) -> None:
        if fault != self.fault:
            log.warning("roster", fault=fault)
        self.fault = fault[:200]


class _Slot:
    """A shelf, what is on it, and changes that came before the roster that they change."""

    def __init__(self, shelf: RosterStore) -> None:
        self._shelf = shelf
        self._book: EffectiveRoster | None = None
        self._payloads = (b"", b"")
        self._opened = False
        self._early: tuple[Roster, bytes] | None = None

    def take(self, roster: Roster, payload: bytes, gate_id: str) -> bool:
        """Whether it was news. Raises ContractError, or OSError if it cannot be written."""
        if not self._opened:
            self._book, self._payloads = self._shelf.read().book, self._shelf.payloads()
            self._opened = True
        try:
            book = apply_roster(self._book, roster, gate_id)
        except ContractError as error:
            if error.reason != "other_base":
                raise
            self._early = (roster, payload)  # its base comes on another topic, in any order
            return False
        if book is self._book:
            return False
        payloads = (payload, b"") if roster.base is None else (self._payloads[0], payload)
        self._shelf.keep(*payloads)
        self._book, self._payloads = book, payloads
        early, self._early = self._early, None
        if early and early[0].base == book.full.version and early[0].version > book.version:
            self.take(*early, gate_id)
        return True
