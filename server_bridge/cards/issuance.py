"""Card issuance: sign new cards, store them, and assign them to people."""

import secrets
from collections.abc import Iterable
from datetime import date
from itertools import groupby

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gate_contract.card import Card, CardKind
from gate_contract.card_signing import sign
from gate_contract.errors import SchoolgateError
from server_bridge.keys import Keys
from server_bridge.store.people.cards import IssuedCard, add_cards
from server_bridge.store.people.people import Member, hand_over


def issue_cards(
    number: int,
    *,
    kind: CardKind,
    unit_id: str,
    not_before: date,
    expires: date,
    key_id: int,
    key: Ed25519PrivateKey,
) -> list[IssuedCard]:
    """Create `number` cards with random ids, valid from `not_before` to `expires`, both included.

    Raises:
        SchoolgateError: the dates cannot be encoded in a card.
    """
    issued = []
    for _ in range(number):
        card = Card(secrets.token_hex(8), kind, not_before, expires)
        try:
            text = sign(card, key_id, key)
        except ValueError as error:
            raise SchoolgateError(f"no such card can be made: {error}") from error
        issued.append(IssuedCard(card.card_id, key_id, kind, unit_id, not_before, expires, text))
    return issued


def issue_to(
    connection: sa.Connection,
    people: Iterable[Member],
    span: tuple[date, date],
    keys: Keys,
    now_ms: int,
) -> list[tuple[IssuedCard, Member]]:
    """Issue a card, signed with the newest key, to each of `people`. `span`: first and last day.

    Raises:
        SchoolgateError: the dates cannot be encoded in a card, or the key is missing.
    """
    issued: list[tuple[IssuedCard, Member]] = []
    ordered = sorted(people, key=lambda member: (member.place.unit_id, member.who.kind))
    for (unit_id, kind), group in groupby(ordered, key=lambda m: (m.place.unit_id, m.who.kind)):
        members = list(group)
        cards = issue_cards(
            len(members),
            kind=kind,
            unit_id=unit_id,
            not_before=span[0],
            expires=span[1],
            key_id=keys.card_key_id,
            key=keys.card_key(),
        )
        issued += zip(cards, members, strict=True)
    if issued:
        add_cards(connection, [card for card, _ in issued], now_ms)
    for card, member in issued:
        hand_over(connection, card.card_id, member.person)
    return issued
