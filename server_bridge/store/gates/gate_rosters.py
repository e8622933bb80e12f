"""Read what the rosters of gates must contain, and store the rosters that were published."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from gate_contract.health import Health, ScanHealth, decode_health
from server_bridge.store.database import upsert
from server_bridge.store.people.people import on_day
from server_bridge.store.schema.base import cards, gate_health, gates
from server_bridge.store.schema.gates import gate_rosters
from server_bridge.store.schema.people import card_holders, revocations, stays

EVERY_GATE = ""
"""The scope of the roster that all gates of the district share."""
MAX_AHEAD_MS = 86_400_000
"""How far a version that a gate reports may be in the future.

A gate may be ahead of the bridge after a backup was restored, or if the server's clock was ahead. A
version further in the future is ignored: otherwise one gate could drive the district's version to
its maximum.
"""
_CHUNK = 500
_PUBLISHED = sa.select(gate_rosters.c.scope, gate_rosters.c.version)


@dataclass(frozen=True, slots=True)
class IssuedRoster:
    """The roster that was last published for a scope.

    `base` is the content of the full roster, as packed by `server_bridge.roster.contents`;
    `changed` is the digest of the changes to it.
    """

    scope: str
    version: int
    base_version: int
    base: bytes
    changed: str
    full_payload: bytes
    changes_payload: bytes = b""


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """The version that was last published for a scope."""

    scope: str
    version: int


@dataclass(frozen=True, slots=True)
class ReportedRosters:
    """The roster versions that a gate reports, 0 for none.

    `is_reachable`: the gate is online, and gate-scan answers.
    """

    is_reachable: bool
    roster_version: int
    district_version: int
    roster_fault: str


def card_areas(connection: sa.Connection, unit_id: str, day: date) -> dict[str, str | None]:
    """Return the area of residence for each valid card of a person at a school on `day`."""
    rows = connection.execute(
        sa.select(card_holders.c.card_id, stays.c.area_id)
        .join(stays, stays.c.person == card_holders.c.person)
        .join(cards, cards.c.card_id == card_holders.c.card_id)
        .outerjoin(revocations, revocations.c.card_id == cards.c.card_id)
        .where(stays.c.unit_id == unit_id, *on_day(day))
        .where(cards.c.expires >= day, revocations.c.card_id.is_(None))
    )
    return {row.card_id: row.area_id for row in rows}


def areas_by_school(connection: sa.Connection, day: date) -> dict[str, set[str]]:
    """Return the areas where people of each school live on `day`."""
    found: dict[str, set[str]] = {}
    rows = connection.execute(
        sa.select(stays.c.unit_id, stays.c.area_id)
        .where(*on_day(day), stays.c.area_id.is_not(None))
        .distinct()
    )
    for row in rows:
        found.setdefault(row.unit_id, set()).add(row.area_id)
    return found


def revoked_cards(connection: sa.Connection, day: date) -> list[str]:
    """Return all cards of the district that are revoked and have not expired on `day`."""
    rows = connection.execute(
        sa.select(revocations.c.card_id)
        .join(cards, cards.c.card_id == revocations.c.card_id)
        .where(cards.c.expires >= day)
        .order_by(revocations.c.card_id)
    )
    return list(rows.scalars())


def card_texts(connection: sa.Connection, card_ids: Sequence[str]) -> dict[str, str]:
    """Return the texts of the QR codes of these cards."""
    found: dict[str, str] = {}
    for start in range(0, len(card_ids), _CHUNK):
        some = card_ids[start : start + _CHUNK]
        rows = connection.execute(
            sa.select(cards.c.card_id, cards.c.text).where(cards.c.card_id.in_(some))
        )
        found |= {row.card_id: row.text for row in rows}
    return found


def gates_by_school(connection: sa.Connection) -> dict[str, list[str]]:
    """Return the gates of each school, except those shut out."""
    found: dict[str, list[str]] = {}
    rows = connection.execute(
        sa.select(gates.c.unit_id, gates.c.gate_id)
        .where(sa.not_(gates.c.shut_out))
        .order_by(gates.c.gate_id)
    )
    for row in rows:
        found.setdefault(row.unit_id, []).append(row.gate_id)
    return found


def reported_versions(connection: sa.Connection) -> dict[str, ReportedRosters]:
    """Return the roster versions that each gate has reported."""
    rows = connection.execute(
        sa.select(gate_health.c.gate_id, gate_health.c.online, gate_health.c.told)
    )
    return {row.gate_id: _reported(row.online, decode_health(row.told)) for row in rows}


def _reported(online: bool, health: Health) -> ReportedRosters:
    scan = health.scan or ScanHealth()
    return ReportedRosters(
        is_reachable=online and health.scan is not None,
        roster_version=scan.roster_version,
        district_version=scan.district_roster_version,
        roster_fault=health.roster_fault or scan.roster_fault,
    )


def published_versions(connection: sa.Connection) -> list[PublishedVersion]:
    """Return the published version of every scope."""
    rows = connection.execute(_PUBLISHED)
    return [PublishedVersion(*row) for row in rows]


def find_issued(connection: sa.Connection, scope: str) -> IssuedRoster | None:
    """Return the roster last published for a scope, or None."""
    row = connection.execute(gate_rosters.select().where(gate_rosters.c.scope == scope)).first()
    return IssuedRoster(**row._mapping) if row else None


def store_issued(connection: sa.Connection, rosters: Iterable[IssuedRoster]) -> None:
    """Store rosters that are about to be published."""
    rows = [{name: getattr(one, name) for name in IssuedRoster.__slots__} for one in rosters]
    upsert(connection, gate_rosters, rows)


def delete_issued(connection: sa.Connection, scope: str) -> None:
    """Delete the roster published for a scope."""
    connection.execute(gate_rosters.delete().where(gate_rosters.c.scope == scope))
