"""A district that issues cards, with public test keys."""

import hashlib
from dataclasses import dataclass, field
from datetime import date

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gate_contract.card import Card, CardKind
from gate_contract.card_signing import sign

FIRST_DAY, LAST_DAY = date(2026, 9, 1), date(2027, 5, 31)


def key_named(name: str) -> Ed25519PrivateKey:
    """Make a key from a name, the same every time."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


@dataclass
class Issuer:
    """Issues numbered cards: card 7 is always the same card."""

    key_id: int = 1
    key: Ed25519PrivateKey = field(default_factory=lambda: key_named("district"))

    @property
    def public_keys(self) -> dict[int, Ed25519PublicKey]:
        return {self.key_id: self.key.public_key()}

    def card(
        self,
        number: int,
        kind: CardKind = CardKind.PUPIL,
        not_before: date = FIRST_DAY,
        expires: date = LAST_DAY,
    ) -> Card:
        return Card(f"{number:016x}", kind, not_before, expires)

    def code(
        self,
        number: int,
        kind: CardKind = CardKind.PUPIL,
        not_before: date = FIRST_DAY,
        expires: date = LAST_DAY,
    ) -> bytes:
        """Return the text of the card's QR code."""
        return sign(self.card(number, kind, not_before, expires), self.key_id, self.key).encode()
