"""What gates are told of cards: what the rows say they should know, and what they were told."""

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
BELIEVED_MS = 86_400_000
"""A gate may be ahead of us, after a restored backup or with a server's clock that was. A version
further in the future is not believed: one gate could drive the district's count to its end."""
_CHUNK = 500
_STANDS = sa.select(gate_rosters.c.scope, gate_rosters.c.version)


@dataclass(frozen=True, slots=True)
class IssuedRoster:
    """What was published last of one scope. `base` is what the full roster says, as
    `server_bridge.roster.contents` writes it, and `changed` the digest of the changes to it."""

    scope: str
    version: int
    base_version: int
    base: bytes
    changed: str
    full_payload: bytes
    changes_payload: bytes = b""


@dataclass(frozen=True, slots=True)
class Stand:
    """The version that was published of one scope."""

    scope: str
    version: int


@dataclass(frozen=True, slots=True)
class ReportedRosters:
    """What a gate says it goes by, 0 for none. `hears`: it is online, and gate-scan answers."""

    hears: bool
    roster_version: int
    district_version: int
    roster_fault: str


def cards_at(connection: sa.Connection, unit_id: str, day: date) -> dict[str, str | None]:
    """The area of residence of each holder of a valid card who belongs to a school on `day`."""
    rows = connection.execute(
        sa.select(card_holders.c.card_id, stays.c.area_id)
        .join(stays, stays.c.person == card_holders.c.person)
        .join(cards, cards.c.card_id == card_holders.c.card_id)
        .outerjoin(revocations, revocations.c.card_id == cards.c.card_id)
        .where(stays.c.unit_id == unit_id, *on_day(day))
        .where(cards.c.expires >= day, revocations.c.card_id.is_(None))
    )
    return {row.card_id: row.area_id for row in rows}


def areas_at(connection: sa.Connection, day: date) -> dict[str, set[str]]:
    """The areas where people of each school live on `day`."""
    found: dict[str, set[str]] = {}
    rows = connection.execute(
        sa.select(stays.c.unit_id, stays.c.area_id)
        .where(*on_day(day), stays.c.area_id.is_not(None))
        .distinct()
    )
    for row in rows:
        found.setdefault(row.unit_id, set()).add(row.area_id)
    return found


def withdrawn_cards(connection: sa.Connection, day: date) -> list[str]:
    """All cards of the district that are revoked and have not expired on `day`."""
    rows = connection.execute(
        sa.select(revocations.c.card_id)
        .join(cards, cards.c.card_id == revocations.c.card_id)
        .where(cards.c.expires >= day)
        .order_by(revocations.c.card_id)
    )
    return list(rows.scalars())


def card_texts(connection: sa.Connection, card_ids: Sequence[str]) -> dict[str, str]:
    """What the QR codes of these cards say."""
    found: dict[str, str] = {}
    for start in range(0, len(card_ids), _CHUNK):
        some = card_ids[start : start + _CHUNK]
        rows = connection.execute(
            sa.select(cards.c.card_id, cards.c.text).where(cards.c.card_id.in_(some))
        )
        found |= {row.card_id: row.text for row in rows}
    return found


def gates_at(connection: sa.Connection) -> dict[str, list[str]]:
    """The gates of each school, but for those shut out."""
    found: dict[str, list[str]] = {}
    rows = connection.execute(
        sa.select(gates.c.unit_id, gates.c.gate_id)
        .where(sa.not_(gates.c.shut_out))
        .order_by(gates.c.gate_id)
    )
    for row in rows:
        found.setdefault(row.unit_id, []).append(row.gate_id)
    return found


def told_versions(connection: sa.Connection) -> dict[str, ReportedRosters]:
    """What each gate that was ever heard of goes by."""
    rows = connection.execute(
        sa.select(gate_health.c.gate_id, gate_health.c.online, gate_health.c.told)
    )
    return {row.gate_id: _told(row.online, decode_health(row.told)) for row in rows}


def _told(online: bool, health: Health) -> ReportedRosters:
    scan = health.scan or ScanHealth()
    return ReportedRosters(
        hears=online and health.scan is not None,
        roster_version=scan.roster_version,
        district_version=scan.district_roster_version,
        roster_fault=health.roster_fault or scan.roster_fault,
    )


def stands(connection: sa.Connection) -> list[Stand]:
    """What was published of every scope, by version."""
    rows = connection.execute(_STANDS)
    return [Stand(*row) for row in rows]


def issued(connection: sa.Connection, scope: str) -> IssuedRoster | None:
    """What was published last of a scope."""
    row = connection.execute(gate_rosters.select().where(gate_rosters.c.scope == scope)).first()
    return IssuedRoster(**row._mapping) if row else None


def keep_issued(connection: sa.Connection, rosters: Iterable[IssuedRoster]) -> None:
    """Note what is about to be published."""
    rows = [{name: getattr(one, name) for name in IssuedRoster.__slots__} for one in rosters]
    upsert(connection, gate_rosters, rows)


def drop_issued(connection: sa.Connection, scope: str) -> None:
    """Forget what was published of a scope."""
    connection.execute(gate_rosters.delete().where(gate_rosters.c.scope == scope))
