"""The card: what a person shows to the camera, and how a gate verifies it with public keys only.

Text: `SG1:` + Base45 of 78 bytes, big-endian:
`key_id u8 | kind u8 | card_id 8 | not_before u16 | expires u16 | Ed25519 signature 64`.
The dates are days since 2020-01-01 in the district's time zone, both inclusive. The signature is
over `DOMAIN` and the first 14 bytes. 121 alphanumeric characters: a QR code of version 5, level M.
Cards are signed in `card_signing`, which no gate imports.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gate_contract import base45
from gate_contract.verdicts import Verdict

PREFIX = b"SG1:"
DOMAIN = b"schoolgate card v1\n"
BODY = struct.Struct(">BB8sHH")
SIGNATURE_SIZE = 64
EPOCH = date(2020, 1, 1)


class CardKind(StrEnum):
    """The group of people that a card is for."""

    PUPIL = "pupil"
    STAFF = "staff"
    VISITOR = "visitor"


KIND_CODES = {CardKind.PUPIL: 1, CardKind.STAFF: 2, CardKind.VISITOR: 3}
_KIND_OF_CODE = {code: kind for kind, code in KIND_CODES.items()}


@dataclass(frozen=True, slots=True)
class Card:
    """The contents of a card. `card_id` is 16 lowercase hex digits, random, without a meaning."""

    card_id: str
    kind: CardKind
    not_before: date
    expires: date


@dataclass(frozen=True, slots=True)
class VerifiedCard:
    """A card with its verified Ed25519 signature (64 bytes), by which rosters find its entry."""

    card: Card
    signature: bytes


def day_number(day: date) -> int:
    """Return the days since 2020-01-01, as a card carries them (u16).

    Raises:
        ValueError: `day` is before 2020-01-01 or after 2199-06-06.
    """
    number = (day - EPOCH).days
    if not 0 <= number <= 0xFFFF:
        raise ValueError(f"a card's date must lie between 2020-01-01 and 2199-06-06, not {day}")
    return number


def verify(code: bytes, keys: Mapping[int, Ed25519PublicKey]) -> VerifiedCard | Verdict:
    """Return the genuine card in `code`, or the verdict that refuses it.

    `code` is whatever a decoder read, of any length and content; `keys` maps key_id to the
    district's public keys. Refusals: `not_a_person_card` (some other code), `unreadable` (one of
    ours, but damaged or of a kind that this version does not know), `unknown_key`, `bad_signature`.
    """
    if not code.startswith(PREFIX):
        return Verdict.NOT_A_PERSON_CARD
    try:
        data = base45.decode(code.removeprefix(PREFIX))
    except ValueError:
        return Verdict.UNREADABLE
    if len(data) != BODY.size + SIGNATURE_SIZE:
        return Verdict.UNREADABLE
    body, signature = data[: BODY.size], data[BODY.size :]
    key_id, kind_code, card_id, not_before, expires = BODY.unpack(body)
    if key_id not in keys:
        return Verdict.UNKNOWN_KEY
    try:
        keys[key_id].verify(signature, DOMAIN + body)
    except InvalidSignature:
        return Verdict.BAD_SIGNATURE
    if kind_code not in _KIND_OF_CODE:
        return Verdict.UNREADABLE
    card = Card(
        card_id=card_id.hex(),
        kind=_KIND_OF_CODE[kind_code],
        not_before=EPOCH + timedelta(days=not_before),
        expires=EPOCH + timedelta(days=expires),
    )
    return VerifiedCard(card, signature)
