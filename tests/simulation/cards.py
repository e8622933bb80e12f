"""The cards of a run: a few pupils and one member of staff, and one card of another district."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gate_contract.card import Card, CardKind
from gate_contract.card_signing import sign

PEOPLE = 6
_KEY = Ed25519PrivateKey.from_private_bytes(b"simulation" + bytes(22))


@dataclass(frozen=True, slots=True)
class Sample:
    """A card to show, and its name in the trace."""

    name: str
    card_id: str
    code: bytes


@cache
def genuine() -> tuple[Sample, ...]:
    """Return cards that the gates admit."""
    return tuple(_sample(n, 1) for n in range(PEOPLE))


@cache
def foreign() -> Sample:
    """Return a card whose key the gates do not have."""
    return _sample(99, 9)


@cache
def keys() -> dict[int, Ed25519PublicKey]:
    """Return the gates' keys.

    The same few cards are shown over and over, so the results of signature checks are cached.
    """
    return {1: cast(Ed25519PublicKey, _Remembering(_KEY.public_key()))}


class _Remembering:
    def __init__(self, key: Ed25519PublicKey) -> None:
        self.verify = cache(key.verify)


def _sample(number: int, key_id: int) -> Sample:
    card = Card(
        card_id=f"{number:016x}",
        kind=CardKind.STAFF if number == 0 else CardKind.PUPIL,
        not_before=date(2020, 1, 1),
        expires=date(2099, 1, 1),
    )
    return Sample(f"card {number}", card.card_id, sign(card, key_id, _KEY).encode())
