"""Check whether bytes are a genuine card, by public keys alone."""

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gate_contract.card import VerifiedCard, verify


class CardCheck:
    """A check for cards signed by one of `keys` (key_id to 32 raw bytes); without keys all pass.

    Raises:
        ValueError: a key is not 32 bytes.
    """

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        self.set_keys(keys)

    def set_keys(self, keys: Mapping[int, bytes]) -> None:
        """Replace the keys. Raises ValueError as the constructor does."""
        self._keys = {
            key_id: Ed25519PublicKey.from_public_bytes(raw) for key_id, raw in keys.items()
        }

    def __call__(self, data: bytes) -> bool:
        """Return whether `data` is a genuine card."""
        return not self._keys or isinstance(verify(data, self._keys), VerifiedCard)
