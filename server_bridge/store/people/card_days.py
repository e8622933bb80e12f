"""What the gates of one school recorded on one day, card by card."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa

from gate_contract.card import CardKind
from server_bridge.store.schema.base import presence
from server_bridge.store.schema.people import card_holders

KINDS: Mapping[str, CardKind] = {str(kind): kind for kind in CardKind}
"""By their names in the database: a school has thousands of rows."""


class CardDay(NamedTuple):
    """A card's day at a school. `person` None: nobody's by name. `first_in_ms` (UTC) None: it was
    seen leaving only."""

    card_id: str
    kind: CardKind
    person: int | None
    first_in_ms: int | None
    last_ms: int
    inside: bool


def card_days(connection: sa.Connection, unit_id: str, day: date) -> list[CardDay]:
    """All cards that were seen at the school on `day`."""
    query = (
        sa.select(
            presence.c.card_id,
            presence.c.kind,
            card_holders.c.person,
            presence.c.first_in_ms,
            presence.c.last_ms,
            presence.c.inside,
        )
        .outerjoin(card_holders, card_holders.c.card_id == presence.c.card_id)
        .where(presence.c.unit_id == unit_id, presence.c.day == day)
    )
    rows = connection.execute(query).all()
    return [
        CardDay(card_id, KINDS[kind], person, first_in_ms, last_ms, inside)
        for card_id, kind, person, first_in_ms, last_ms, inside in rows
    ]
