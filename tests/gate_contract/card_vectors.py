"""Make the golden vectors of keys, Base45 and cards."""

import base64
from dataclasses import asdict
from datetime import date
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gate_contract import base45
from gate_contract.card import (
    BODY,
    DOMAIN,
    EPOCH,
    KIND_CODES,
    PREFIX,
    Card,
    CardKind,
    VerifiedCard,
    verify,
)
from gate_contract.card_signing import sign

KEY_ID, STRANGER = 1, 2
KEYS = {
    number: Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    for number in (KEY_ID, STRANGER)
}
PUPIL = Card("0123456789abcdef", CardKind.PUPIL, date(2026, 9, 5), date(2027, 9, 5))
STAFF = Card("fedcba9876543210", CardKind.STAFF, date(2026, 8, 1), date(2031, 7, 31))
VISITOR = Card("00000000000000ff", CardKind.VISITOR, date(2026, 9, 5), date(2026, 9, 5))
WIDEST = Card("ffffffffffffffff", CardKind.PUPIL, EPOCH, date(2199, 6, 6))


def key_vectors() -> dict[str, Any]:
    """Return public test key pairs."""
    return {
        "about": "TEST KEYS. Their private halves are public: never put them into a real gate. "
        "The gates of the vectors hold the public key of key_id 1 only.",
        "keys": [
            {
                "key_id": key_id,
                "held_by_gates": key_id == KEY_ID,
                "private_hex": key.private_bytes_raw().hex(),
                "public_hex": key.public_key().public_bytes_raw().hex(),
                "public_base64": base64.b64encode(key.public_key().public_bytes_raw()).decode(),
            }
            for key_id, key in KEYS.items()
        ],
    }


def base45_vectors() -> dict[str, Any]:
    """Return bytes with their texts, and texts that are invalid."""
    samples = [b"", b"\0", b"\xff", b"AB", b"\xff\xff", b"Hello!!", b"ietf!", bytes(range(256))]
    return {
        "about": "RFC 9285, strict: every text has one decoding, and the reverse.",
        "accepted": [{"hex": data.hex(), "text": base45.encode(data)} for data in samples],
        "refused": [
            {"name": "65536 in three characters", "text": "GGW"},
            {"name": "256 in two characters", "text": "V5"},
            {"name": "one character over", "text": "BB8A"},
            {"name": "lower case", "text": "bb8"},
            {"name": "a line feed", "text": "BB8\n"},
        ],
    }


def card_vectors() -> dict[str, Any]:
    """Return genuine cards with their fields, and refused codes with their verdicts."""
    text = sign(PUPIL, KEY_ID, KEYS[KEY_ID])
    body = base45.decode(text[len(PREFIX) :].encode())[: BODY.size]
    unsigned = PREFIX.decode() + base45.encode(body + KEYS[KEY_ID].sign(body))
    later_kind = BODY.pack(KEY_ID, 9, bytes(8), 2439, 2804)
    signed_later_kind = base45.encode(later_kind + KEYS[KEY_ID].sign(DOMAIN + later_kind))
    refused = {
        "signed by another district's key": sign(PUPIL, KEY_ID, KEYS[STRANGER]),
        "of a key that the gate does not hold": sign(PUPIL, STRANGER, KEYS[STRANGER]),
        "signed without the domain": unsigned,
        "a kind of a later version": PREFIX.decode() + signed_later_kind,
        "the last character is missing": text[:-1],
        "two bytes too many": text + "000",
        "a line feed after it": text + "\n",
        "one character changed": text[:60] + ("0" if text[60] != "0" else "1") + text[61:],
        "the prefix only": "SG1:",
        "lower case": text.lower(),
        "a later version": "SG2:" + text[4:],
        "a check-in poster": "https://tokhaiyte.vn/?page=Group.checkin&groupId=000000",
        "nothing": "",
    }
    return {
        "about": "The gate holds the public key of key_id 1 (keys.json). A date's number is days "
        "since 2020-01-01. Whether a genuine card is in its dates is the gate's decision.",
        "domain_hex": DOMAIN.hex(),
        "kinds": {str(kind): code for kind, code in KIND_CODES.items()},
        "genuine": [_genuine(card) for card in (PUPIL, STAFF, VISITOR, WIDEST)],
        "refused": [
            {"name": name, "verdict": _refusal(code.encode()), "text": code}
            for name, code in refused.items()
        ],
        "refused_bytes": [
            {"name": name, "verdict": _refusal(code), "hex": code.hex()}
            for name, code in {
                "nul bytes": bytes(8),
                "not UTF-8": b"\xff\xfe\x80",
                "not UTF-8 after the prefix": PREFIX + b"\xff\xfe\x80",
            }.items()
        ],
    }


def _genuine(card: Card) -> dict[str, Any]:
    text = sign(card, KEY_ID, KEYS[KEY_ID])
    data = base45.decode(text[len(PREFIX) :].encode())
    return {
        "card": {name: str(value) for name, value in asdict(card).items()},
        "key_id": KEY_ID,
        "not_before_number": (card.not_before - EPOCH).days,
        "expires_number": (card.expires - EPOCH).days,
        "body_hex": data[: BODY.size].hex(),
        "signature_hex": data[BODY.size :].hex(),
        "text": text,
    }


def _refusal(code: bytes) -> str:
    verdict = verify(code, {KEY_ID: KEYS[KEY_ID].public_key()})
    if isinstance(verdict, VerifiedCard):
        raise TypeError(f"{code!r} is a genuine card")
    return verdict
