"""Makes the rosters that have to say something new. Runs beside ingest, school by school."""

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gate_contract import topics
from gate_contract.card_signing import card_signature
from gate_contract.errors import ContractError
from gate_contract.roster import SALT_SIZE, Roster
from gate_contract.roster_signing import seal, sign, withdrawn
from gate_contract.topics import GateChannel
from server_bridge.mqtt.retained import Send
from server_bridge.roster.contents import Contents, changes, contents, digest, pack, unpack
from server_bridge.store.areas.levels import levels_at, policies_at
from server_bridge.store.database import Database
from server_bridge.store.gates.gate_rosters import (
    BELIEVED_MS,
    EVERY_GATE,
    IssuedRoster,
    areas_at,
    card_texts,
    cards_at,
    drop_issued,
    gates_at,
    issued,
    keep_issued,
    stands,
    told_versions,
    withdrawn_cards,
)

KEEP_S = 0.3
"""What was made waits so long, at the most, for its transaction."""

log = structlog.get_logger()


def topic(scope: str, channel: GateChannel) -> str:
    """Where a scope's roster, or the changes to it, stand."""
    return topics.district(channel) if scope == EVERY_GATE else topics.gate(scope, channel)


@dataclass(frozen=True, slots=True)
class Signer:
    """The district's orders key, and the card keys that are to be known everywhere."""

    key_id: int
    key: Ed25519PrivateKey
    card_keys: Callable[[], Mapping[int, bytes]] = dict


class Maker:
    """One round over the district as of `now_ms`. `send(topic, payload)` is called once that is
    committed; an empty payload clears a topic. `stopping` ends it between two schools."""

    def __init__(
        self, database: Database, signer: Signer, send: Send, stopping: threading.Event
    ) -> None:
        self._database = database
        self._signer = signer
        self._send = send
        self._stopping = stopping
        self._pending = _Pending()
        self._concerns: Mapping[str, object] = {}
        """Of each school the levels of its areas and its policy, as of the last round."""

    def make(self, now_ms: int, day: date) -> None:
        """Raises StoreError; what was sent by then is committed, and the rest is made next time."""
        with self._database.read() as connection:
            levels, policies = levels_at(connection, now_ms), policies_at(connection, now_ms)
            schools = gates_at(connection)
            told = _told(connection, now_ms)
            everywhere = contents(
                revoked=withdrawn_cards(connection, day), card_keys=self._signer.card_keys()
            )
            self._scope(connection, EVERY_GATE, everywhere, told, now_ms, {})
            before = [stand.scope for stand in stands(connection)]
            lived_in = areas_at(connection, day)
        self._keep()
        concerns = {
            unit_id: ({area: levels.get(area) for area in lived_in.get(unit_id, ())}, policy)
            for unit_id, policy in policies.items()
        }
        # A level is to be at its gates within seconds, however many schools there are.
        first = sorted(schools, key=lambda unit: concerns[unit] == self._concerns.get(unit))
        for unit_id in first:
            gate_ids = schools[unit_id]
            if self._stopping.is_set():
                return
            with self._database.read() as connection:
                wanted = contents(
                    policy=policies[unit_id],
                    levels={
                        card: levels.get(area or "", 0)
                        for card, area in cards_at(connection, unit_id, day).items()
                    },
                )
                shared: dict[str, tuple[bytes, bytes]] = {}
                for gate_id in gate_ids:
                    self._scope(connection, gate_id, wanted, told, now_ms, shared)
            self._keep(at_once=False)
        self._concerns = concerns
        self._clear(set(before) - {gate for ids in schools.values() for gate in ids})
        self._keep()

    def _scope(
        self,
        connection: sa.Connection,
        scope: str,
        wanted: Contents,
        told: dict[str, int],
        now_ms: int,
        shared: dict[str, tuple[bytes, bytes]],
    ) -> None:
        before = issued(connection, scope)
        if before is None and not (wanted.size or wanted.card_keys):
            return  # nothing was ever said, and there is nothing to say
        ahead = before is None or told.get(scope, 0) > before.version
        changed = None if before is None or ahead else changes(unpack(before.base), wanted)
        if before and changed and digest(changed) == before.changed:
            return
        floor = max(before.version if before else 0, told.get(scope, 0))
        version = max(now_ms, floor + 1)
        said = wanted if changed is None else changed
        key = digest(said)
        if key not in shared:
            shared[key] = _sealed(connection, said)
        salt, people = shared[key]
        roster = Roster(
            version=version,
            gate_id=scope or None,
            base=before.base_version if before and changed else None,
            salt=salt,
            policy=said.policy,
            people=people,
            revoked=withdrawn(said.revoked),
            card_keys=said.card_keys,
        )
        try:
            payload = sign(roster, self._signer.key_id, self._signer.key)
        except ContractError as error:
            log.error("roster", scope=scope, error=str(error))  # noqa: TRY400
            return
        if before and changed:
            made = IssuedRoster(
                *(scope, version, before.base_version, before.base, key),
                *(before.full_payload, payload),
            )
            letters = [(GateChannel.ROSTER_CHANGES, payload)]
        else:
            # No changes to itself.
            same = digest(contents(policy=wanted.policy, card_keys=wanted.card_keys))
            made = IssuedRoster(scope, version, version, pack(wanted), same, payload)
            letters = [(GateChannel.ROSTER, payload), (GateChannel.ROSTER_CHANGES, b"")]
        self._pending.add(made, [(topic(scope, channel), data) for channel, data in letters])

    def _clear(self, scopes: set[str]) -> None:
        for scope in scopes - {EVERY_GATE}:
            with self._database.write() as connection:
                drop_issued(connection, scope)
            for channel in topics.ROSTERS:
                self._send(topic(scope, channel), b"")

    def _keep(self, *, at_once: bool = True) -> None:
        pending = self._pending
        if not pending.made or not (at_once or time.monotonic() - pending.since_s >= KEEP_S):
            return
        self._pending = _Pending()
        with self._database.write() as connection:
            keep_issued(connection, pending.made)
        for name, payload in pending.letters:
            self._send(name, payload)


@dataclass(slots=True)
class _Pending:
    """Made and not yet committed."""

    made: list[IssuedRoster] = field(default_factory=list)
    letters: list[tuple[str, bytes]] = field(default_factory=list)
    since_s: float = 0.0

    def add(self, made: IssuedRoster, letters: list[tuple[str, bytes]]) -> None:
        if not self.made:
            self.since_s = time.monotonic()
        self.made.append(made)
        self.letters += letters


def _sealed(connection: sa.Connection, said: Contents) -> tuple[bytes, bytes]:
    """A new salt, and the entries sealed with it."""
    salt = secrets.token_bytes(SALT_SIZE)
    texts = card_texts(connection, list(said.levels))
    levels = {card_signature(texts[card].encode()): said.levels[card] for card in texts}
    return salt, seal(levels, salt)


def _told(connection: sa.Connection, now_ms: int) -> dict[str, int]:
    """The highest version of each scope that a gate says it goes by, as far as it is believed."""
    found = {EVERY_GATE: 0}
    for gate_id, told in told_versions(connection).items():
        if told.roster_version <= now_ms + BELIEVED_MS:
            found[gate_id] = told.roster_version
        if told.district_version <= now_ms + BELIEVED_MS:
            found[EVERY_GATE] = max(found[EVERY_GATE], told.district_version)
    return found
