"""The cards that were issued: which, for which school, until when. Whose they are comes later."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from gate_contract.card import Kind
from gate_contract.errors import SchoolgateError
from server_bridge.store.schema import cards
from server_bridge.store.units import find_unit


@dataclass(frozen=True, slots=True)
class IssuedCard:
    """`text` is what its QR code says."""

    card_id: str
    key_id: int
    kind: Kind
    unit_id: str
    not_before: date
    expires: date
    text: str


def add_cards(connection: sa.Connection, issued: list[IssuedCard], now_ms: int) -> None:
    """Keep what was issued. Raises SchoolgateError if there is no such unit."""
    for unit_id in {card.unit_id for card in issued}:
        if find_unit(connection, unit_id) is None:
            raise SchoolgateError(f"there is no unit {unit_id}; see: gate-bridge unit list")
    connection.execute(
        cards.insert(),
        [
            {
                "card_id": card.card_id,
                "key_id": card.key_id,
                "kind": card.kind,
                "unit_id": card.unit_id,
                "not_before": card.not_before,
                "expires": card.expires,
                "text": card.text,
                "issued_ms": now_ms,
            }
            for card in issued
        ],
    )


def cards_of(connection: sa.Connection, unit_id: str) -> list[IssuedCard]:
    """All cards of a unit, staff after pupils, in the order in which they were issued."""
    rows = connection.execute(
        cards.select()
        .where(cards.c.unit_id == unit_id)
        .order_by(cards.c.kind, cards.c.issued_ms, cards.c.card_id)
    )
    return [
        IssuedCard(
            row.card_id,
            row.key_id,
            Kind(row.kind),
            row.unit_id,
            row.not_before,
            row.expires,
            row.text,
        )
        for row in rows
    ]
