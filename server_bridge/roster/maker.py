"""Make the rosters that have changed, school by school, in a thread beside ingest."""

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
    EVERY_GATE,
    MAX_AHEAD_MS,
    IssuedRoster,
    areas_by_school,
    card_areas,
    card_texts,
    delete_issued,
    find_issued,
    gates_by_school,
    published_versions,
    reported_versions,
    revoked_cards,
    store_issued,
)

COMMIT_WITHIN_S = 0.3
"""Finished rosters wait at most this long for their transaction."""

log = structlog.get_logger()


def roster_topic(scope: str, channel: GateChannel) -> str:
    """Return the topic of a scope's full roster or of its changes."""
    return topics.district(channel) if scope == EVERY_GATE else topics.gate(scope, channel)


@dataclass(frozen=True, slots=True)
class RosterSigner:
    """The district's orders key, and the card keys to include in the district's roster."""

    key_id: int
    key: Ed25519PrivateKey
    card_keys: Callable[[], Mapping[int, bytes]] = dict


class RosterMaker:
    """Makes the rosters of the whole district as of a given time.

    `send(topic, payload)` is called after the rosters are committed; an empty payload clears a
    topic. `stopping` interrupts the work between two schools.
    """

    def __init__(
        self, database: Database, signer: RosterSigner, send: Send, stopping: threading.Event
    ) -> None:
        self._database = database
        self._signer = signer
        self._send = send
        self._stopping = stopping
        self._pending = _Pending()
        self._inputs: Mapping[str, object] = {}
        """For each school the levels of its areas and its policy, as of the last run."""

    def make(self, now_ms: int, day: date) -> None:
        """Make, store and send all rosters that have changed.

        Raises:
            StoreError: the rosters sent so far are committed; the next run makes the rest.
        """
        with self._database.read() as connection:
            levels, policies = levels_at(connection, now_ms), policies_at(connection, now_ms)
            schools = gates_by_school(connection)
            reported = _reported_versions(connection, now_ms)
            everywhere = contents(
                revoked=revoked_cards(connection, day), card_keys=self._signer.card_keys()
            )
            self._make_scope(connection, EVERY_GATE, everywhere, reported, now_ms, {})
            before = [one.scope for one in published_versions(connection)]
            areas_of = areas_by_school(connection, day)
        self._commit()
        inputs = {
            unit_id: ({area: levels.get(area) for area in areas_of.get(unit_id, ())}, policy)
            for unit_id, policy in policies.items()
        }
        # Schools whose levels or policy changed come first: a level must reach its gates within
        # seconds, however many schools there are.
        first = sorted(schools, key=lambda unit: inputs[unit] == self._inputs.get(unit))
        for unit_id in first:
            gate_ids = schools[unit_id]
            if self._stopping.is_set():
                return
            with self._database.read() as connection:
                wanted = contents(
                    policy=policies[unit_id],
                    levels={
                        card: levels.get(area or "", 0)
                        for card, area in card_areas(connection, unit_id, day).items()
                    },
                )
                shared: dict[str, tuple[bytes, bytes]] = {}
                for gate_id in gate_ids:
                    self._make_scope(connection, gate_id, wanted, reported, now_ms, shared)
            self._commit(at_once=False)
        self._inputs = inputs
        self._clear(set(before) - {gate for ids in schools.values() for gate in ids})
        self._commit()

    def _make_scope(
        self,
        connection: sa.Connection,
        scope: str,
        wanted: Contents,
        reported: dict[str, int],
        now_ms: int,
        shared: dict[str, tuple[bytes, bytes]],
    ) -> None:
        before = find_issued(connection, scope)
        if before is None and not (wanted.size or wanted.card_keys):
            return  # nothing was ever published, and there is nothing to publish
        ahead = before is None or reported.get(scope, 0) > before.version
        changed = None if before is None or ahead else changes(unpack(before.base), wanted)
        if before and changed and digest(changed) == before.changed:
            return
        floor = max(before.version if before else 0, reported.get(scope, 0))
        version = max(now_ms, floor + 1)
        content = wanted if changed is None else changed
        key = digest(content)
        if key not in shared:
            shared[key] = _seal_entries(connection, content)
        salt, people = shared[key]
        roster = Roster(
            version=version,
            gate_id=scope or None,
            base=before.base_version if before and changed else None,
            salt=salt,
            policy=content.policy,
            people=people,
            revoked=withdrawn(content.revoked),
            card_keys=content.card_keys,
        )
        try:
            payload = sign(roster, self._signer.key_id, self._signer.key)
        except ContractError as error:
            log.error("roster not signed", scope=scope, error=str(error))  # noqa: TRY400
            return
        if before and changed:
            made = IssuedRoster(
                *(scope, version, before.base_version, before.base, key),
                *(before.full_payload, payload),
            )
            messages = [(GateChannel.ROSTER_CHANGES, payload)]
        else:
            # A full roster has no changes to itself.
            same = digest(contents(policy=wanted.policy, card_keys=wanted.card_keys))
            made = IssuedRoster(scope, version, version, pack(wanted), same, payload)
            messages = [(GateChannel.ROSTER, payload), (GateChannel.ROSTER_CHANGES, b"")]
        self._pending.add(
            made, [(roster_topic(scope, channel), data) for channel, data in messages]
        )

    def _clear(self, scopes: set[str]) -> None:
        for scope in scopes - {EVERY_GATE}:
            with self._database.write() as connection:
                delete_issued(connection, scope)
            for channel in topics.ROSTERS:
                self._send(roster_topic(scope, channel), b"")

    def _commit(self, *, at_once: bool = True) -> None:
        pending = self._pending
        if not pending.made or not (
            at_once or time.monotonic() - pending.since_s >= COMMIT_WITHIN_S
        ):
            return
        self._pending = _Pending()
        with self._database.write() as connection:
            store_issued(connection, pending.made)
        for name, payload in pending.messages:
            self._send(name, payload)


@dataclass(slots=True)
class _Pending:
    """Rosters that are made and not yet committed."""

    made: list[IssuedRoster] = field(default_factory=list)
    messages: list[tuple[str, bytes]] = field(default_factory=list)
    since_s: float = 0.0

    def add(self, made: IssuedRoster, messages: list[tuple[str, bytes]]) -> None:
        if not self.made:
            self.since_s = time.monotonic()
        self.made.append(made)
        self.messages += messages


def _seal_entries(connection: sa.Connection, content: Contents) -> tuple[bytes, bytes]:
    """Return a new salt, and the entries sealed with it."""
    salt = secrets.token_bytes(SALT_SIZE)
    texts = card_texts(connection, list(content.levels))
    levels = {card_signature(texts[card].encode()): content.levels[card] for card in texts}
    return salt, seal(levels, salt)


def _reported_versions(connection: sa.Connection, now_ms: int) -> dict[str, int]:
    """Return the highest plausible version of each scope that a gate reports."""
    found = {EVERY_GATE: 0}
    for gate_id, reported in reported_versions(connection).items():
        if reported.roster_version <= now_ms + MAX_AHEAD_MS:
            found[gate_id] = reported.roster_version
        if reported.district_version <= now_ms + MAX_AHEAD_MS:
            found[EVERY_GATE] = max(found[EVERY_GATE], reported.district_version)
    return found
