"""Making new cards."""

import secrets
from datetime import date

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gate_contract.card import Card, CardKind
from gate_contract.card_signing import sign
from gate_contract.errors import SchoolgateError
from server_bridge.store.people.cards import IssuedCard


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
    """`number` new cards with random ids, valid on both days named and between them.

    Raises:
        SchoolgateError: dates that a card cannot carry.
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
