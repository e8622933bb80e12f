"""Whether bytes are a genuine card, by public keys alone. What it may do is decided elsewhere."""

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from device.scan.decode.ladder import IsCard, anything
from gate_contract.card import Card, verify


def genuine(keys: Mapping[int, bytes]) -> IsCard:
    """The test for cards signed by one of `keys` (key_id to 32 raw bytes); no keys: anything.

    Raises:
        ValueError: a key is not 32 bytes.
    """
    if not keys:
        return anything
    loaded = {key_id: Ed25519PublicKey.from_public_bytes(raw) for key_id, raw in keys.items()}

    def is_card(data: bytes) -> bool:
        return isinstance(verify(data, loaded), Card)

    return is_card
