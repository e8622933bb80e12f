"""The cards that were issued: which, for which school, until when, and whose they are."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from gate_contract.card import CardKind
from gate_contract.errors import SchoolgateError
from server_bridge.store.schema.base import cards
from server_bridge.store.schema.people import card_holders, revocations
from server_bridge.store.units.tree import find_unit


@dataclass(frozen=True, slots=True)
class IssuedCard:
    """`text` is what its QR code says."""

    card_id: str
    key_id: int
    kind: CardKind
    unit_id: str
    not_before: date
    expires: date
    text: str

    @property
    def is_day_pass(self) -> bool:
        """Whether it is for one day only: printed on plain paper, and in nobody's stead."""
        return self.not_before == self.expires


@dataclass(frozen=True, slots=True)
class HeldCard:
    """A card, the number of the person whose it is (None: nobody's by name), and why it was
    revoked (None: it was not)."""

    card: IssuedCard
    person: int | None
    revoked: str | None

    def is_lasting(self, day: date) -> bool:
        """Whether it is good on `day`, and no day pass."""
        return not self.revoked and self.card.expires >= day and not self.card.is_day_pass


@dataclass(frozen=True, slots=True)
class KeyUse:
    """How many cards signed with a key can still be shown, and the last day of the last one."""

    cards: int
    until: date


def add_cards(connection: sa.Connection, issued: list[IssuedCard], now_ms: int) -> None:
    """Keep what was issued. Raises SchoolgateError if there is no such unit."""
    for unit_id in {card.unit_id for card in issued}:
        if find_unit(connection, unit_id) is None:
            raise SchoolgateError(f"there is no unit {unit_id}; see: gate-bridge unit list")
    if not issued:
        return
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


def cards_of(connection: sa.Connection, unit_id: str) -> list[HeldCard]:
    """All cards of a unit, by kind and then in the order in which they were issued."""
    query = _held().where(cards.c.unit_id == unit_id)
    rows = connection.execute(query.order_by(cards.c.kind, cards.c.issued_ms, cards.c.card_id))
    return [_held_card(row) for row in rows]


def find_card(connection: sa.Connection, number: str) -> HeldCard:
    """The card of which people have read out `number`: the 12 digits printed on it, or all 16.

    Raises:
        SchoolgateError: there is none, or it is not enough of a number.
    """
    digits = "".join(number.split()).replace("-", "").lower()
    if not 12 <= len(digits) <= 16 or not set(digits) <= set("0123456789abcdef"):
        raise SchoolgateError(
            f"{number!r} is no card's number; it stands on the card, like 3F2A-91BC-07DE"
        )
    rows = connection.execute(_held().where(cards.c.card_id.startswith(digits))).all()
    if len(rows) != 1:
        raise SchoolgateError(f"there is no card {number}; see: gate-bridge card list")
    return _held_card(rows[0])


def cards_of_person(connection: sa.Connection, person: int) -> list[HeldCard]:
    """All cards of a person, the oldest first."""
    query = _held().where(card_holders.c.person == person)
    rows = connection.execute(query.order_by(cards.c.issued_ms, cards.c.card_id))
    return [_held_card(row) for row in rows]


def key_uses(connection: sa.Connection, day: date) -> dict[int, KeyUse]:
    """For each key: the cards that are neither expired by `day` nor revoked."""
    query = (
        sa.select(cards.c.key_id, sa.func.count().label("number"), sa.func.max(cards.c.expires))
        .outerjoin(revocations, revocations.c.card_id == cards.c.card_id)
        .where(cards.c.expires >= day, revocations.c.card_id.is_(None))
        .group_by(cards.c.key_id)
    )
    return {row[0]: KeyUse(row[1], row[2]) for row in connection.execute(query)}


def _held() -> sa.Select[Any]:
    return (
        sa.select(cards, card_holders.c.person, revocations.c.reason)
        .outerjoin(card_holders, card_holders.c.card_id == cards.c.card_id)
        .outerjoin(revocations, revocations.c.card_id == cards.c.card_id)
    )


def _held_card(row: sa.Row[Any]) -> HeldCard:
    card = IssuedCard(
        row.card_id,
        row.key_id,
        CardKind(row.kind),
        row.unit_id,
        row.not_before,
        row.expires,
        row.text,
    )
    return HeldCard(card, row.person, row.reason)
