"""Process rosters that arrive: verify them, refuse older ones, and store the others."""

from collections.abc import Mapping
from pathlib import Path

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from device.roster_store import RosterStore
from gate_contract.errors import ContractError
from gate_contract.roster import EffectiveRoster, Roster, apply_roster, verify

RETRY_MS = 10_000
"""The pause before a roster that could not be written is stored again."""

log = structlog.get_logger()


class RosterIntake:
    """Stores received rosters. `fault` says why the last one was refused, empty if it was not."""

    def __init__(self, folder: Path, gate_id: str, keys: Mapping[int, Ed25519PublicKey]) -> None:
        self._gate_id = gate_id
        self._keys = keys
        self._own = _Intake(RosterStore(folder, gate_id, keys))
        self._district = _Intake(RosterStore(folder, gate_id, keys, district=True))
        self._unwritten: bytes | None = None
        self._retry_up_ms = 0
        self.fault = ""

    def take(self, payload: bytes, up_ms: int) -> None:
        """Store a roster, or set `fault`. An empty payload means a cleared topic."""
        if not payload:
            return
        try:
            roster = verify(payload, self._keys)
            intake = self._district if roster.gate_id is None else self._own
            if intake.take(roster, payload, self._gate_id):
                log.info("roster", version=roster.version, base=roster.base)
            self._unwritten = None
            self.fault = ""
        except ContractError as error:
            self._set_fault(f"a roster was refused ({error.reason}): {error}")
        except OSError as error:
            self._unwritten, self._retry_up_ms = payload, up_ms + RETRY_MS
            self._set_fault(f"a roster cannot be stored: {error}")

    def tend(self, up_ms: int) -> None:
        """Try again to store what could not be written."""
        if self._unwritten is not None and up_ms >= self._retry_up_ms:
            self.take(self._unwritten, up_ms)

    def _set_fault(self, fault: str) -> None:
        if fault != self.fault:
            log.warning("roster", fault=fault)
        self.fault = fault[:200]


class _Intake:
    """The rosters of one store, and changes that arrived before the roster that they change."""

    def __init__(self, store: RosterStore) -> None:
        self._store = store
        self._current: EffectiveRoster | None = None
        self._payloads = (b"", b"")
        self._loaded = False
        self._early: tuple[Roster, bytes] | None = None

    def take(self, roster: Roster, payload: bytes, gate_id: str) -> bool:
        """Store a roster and return whether it was new. Raises ContractError, OSError."""
        if not self._loaded:
            self._current, self._payloads = self._store.read().roster, self._store.payloads()
            self._loaded = True
        try:
            new = apply_roster(self._current, roster, gate_id)
        except ContractError as error:
            if error.reason != "other_base":
                raise
            self._early = (roster, payload)  # its base comes on another topic, in any order
            return False
        if new is self._current:
            return False
        payloads = (payload, b"") if roster.base is None else (self._payloads[0], payload)
        self._store.keep(*payloads)
        self._current, self._payloads = new, payloads
        early, self._early = self._early, None
        if early and early[0].base == new.full.version and early[0].version > new.version:
            self.take(*early, gate_id)
        return True
