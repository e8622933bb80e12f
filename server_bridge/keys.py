"""The district's private keys: of cards, of orders to gates, and of what visitors leave behind.

They stay in their folder. Gates hold public keys, and a school's key for visitors' pseudonyms.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from gate_contract.errors import SchoolgateError
from gate_contract.visitor_pseudonym import KEY_SIZE, school_key
from server_bridge.pki import write_private

VISITOR_SEAL = "visitor-seal.pem"
VISITOR_NAMES = "visitor-names.key"


class MissingKeyError(SchoolgateError):
    """A key cannot be used; the message names the remedy."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The folder of keys. `first_card` and `orders` are key_ids of the settings.

    All that ask for a key raise MissingKeyError.
    """

    folder: Path
    first_card: int
    orders: int

    @property
    def card_key_id(self) -> int:
        """The key that new cards are signed with: the newest of the folder."""
        return max(self.first_card, *self._key_ids("card"), 0)

    def card_key(self, key_id: int | None = None) -> Ed25519PrivateKey:
        """A private key, by default the one that new cards are signed with."""
        return self._signing("card", self.card_key_id if key_id is None else key_id)

    def orders_key(self) -> Ed25519PrivateKey:
        """The private key that rosters are signed with."""
        return self._signing("orders", self.orders)

    def public_keys(self) -> dict[int, Ed25519PublicKey]:
        """What gates need to verify cards, by key_id: every key of the folder, for older cards are
        about as long as they are valid."""
        return self._public("card", self.card_key_id)

    def raw_public_keys(self) -> dict[int, bytes]:
        """The same, 32 bytes each."""
        return {key_id: key.public_bytes_raw() for key_id, key in self.public_keys().items()}

    def orders_public_keys(self) -> dict[int, Ed25519PublicKey]:
        """What gates need to believe a roster, by key_id: every such key of the folder, so that the
        next one can be at the gates before it is used."""
        return self._public("orders", self.orders)

    def make_card_key(self, key_id: int | None = None) -> None:
        """Make a signing key, by default the one that new cards need, unless it is there."""
        self._make("card", self.card_key_id if key_id is None else key_id)

    def make_orders_key(self) -> None:
        """Make the key that rosters are signed with, unless it is there."""
        self._make("orders", self.orders)

    def retire_card_key(self, key_id: int) -> Path:
        """Take a key out of use; it stays in the folder under another name, which is returned."""
        path = self._path("card", key_id)
        if not path.exists():
            raise MissingKeyError(f"there is no key {key_id}; see: gate-bridge card keys")
        return path.rename(path.with_name(f"retired-{path.name}"))

    def visitor_key(self) -> X25519PrivateKey:
        """What opens sealed words about visitors."""
        path = self.folder / VISITOR_SEAL
        try:
            key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except (OSError, ValueError) as error:
            raise MissingKeyError(
                f"{path}: {error}. `gate add --visitor-ids` makes it; if it was there, restore it "
                "from the safe copy."
            ) from error
        if not isinstance(key, X25519PrivateKey):
            raise MissingKeyError(f"{path} is not an X25519 key")
        return key

    def school_visitor_key(self, unit_id: str) -> bytes:
        """A school's key for visitors' pseudonyms."""
        path = self.folder / VISITOR_NAMES
        try:
            return school_key(path.read_bytes(), unit_id)
        except OSError as error:
            raise MissingKeyError(
                f"{path}: {error.strerror}. Restore it from the safe copy."
            ) from error

    def make_visitor_keys(self) -> None:
        """Make the two keys that visitors without a card need, unless one of them is there: then
        the other was lost, and has to be restored."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        if not any((self.folder / name).exists() for name in (VISITOR_SEAL, VISITOR_NAMES)):
            write_private(self.folder / VISITOR_SEAL, _pem(X25519PrivateKey.generate()))
            write_private(self.folder / VISITOR_NAMES, secrets.token_bytes(KEY_SIZE))

    def _signing(self, use: str, key_id: int) -> Ed25519PrivateKey:
        path = self._path(use, key_id)
        try:
            key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except (OSError, ValueError) as error:
            raise MissingKeyError(f"{path}: {error}. Restore it from the safe copy.") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise MissingKeyError(f"{path} is not an Ed25519 key")
        return key

    def _public(self, use: str, current: int) -> dict[int, Ed25519PublicKey]:
        key_ids = sorted({current, *self._key_ids(use)})
        return {key_id: self._signing(use, key_id).public_key() for key_id in key_ids}

    def _make(self, use: str, key_id: int) -> None:
        path = self._path(use, key_id)
        if not path.exists():
            self.folder.mkdir(mode=0o700, exist_ok=True)
            write_private(path, _pem(Ed25519PrivateKey.generate()))

    def _path(self, use: str, key_id: int) -> Path:
        return self.folder / f"{use}-{key_id}.pem"

    def _key_ids(self, use: str) -> list[int]:
        names = [path.stem.removeprefix(f"{use}-") for path in self.folder.glob(f"{use}-*.pem")]
        return [int(name) for name in names if name.isascii() and name.isdigit()]


def _pem(key: Ed25519PrivateKey | X25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
