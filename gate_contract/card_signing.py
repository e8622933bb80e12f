"""Sign cards. Only the district does this: no gate holds the private key."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gate_contract import base45
from gate_contract.card import BODY, DOMAIN, KIND_CODES, PREFIX, SIGNATURE_SIZE, Card, day_number


def sign(card: Card, key_id: int, key: Ed25519PrivateKey) -> str:
    """Return the text to print as a QR code (121 alphanumeric characters).

    Raises:
        ValueError: `key_id` is outside 0-255, card_id is not 16 hex digits, a date cannot be
            carried by a card, or the expiry is before the first day.
    """
    if not 0 <= key_id <= 0xFF:
        raise ValueError(f"a key_id is 0-255, not {key_id}")
    card_id = bytes.fromhex(card.card_id)
    if len(card_id) != 8:
        raise ValueError("a card_id is 16 hex digits")
    if card.expires < card.not_before:
        raise ValueError(f"the card would expire ({card.expires}) before it begins")
    body = BODY.pack(
        key_id,
        KIND_CODES[card.kind],
        card_id,
        day_number(card.not_before),
        day_number(card.expires),
    )
    return PREFIX.decode() + base45.encode(body + key.sign(DOMAIN + body))


def card_signature(text: bytes) -> bytes:
    """Return the 64 bytes of the signature in the text of a card that this district has signed."""
    return base45.decode(text.removeprefix(PREFIX))[-SIGNATURE_SIZE:]
