"""Read and create the district's private keys: for cards, orders to gates, and visitor details.

The keys stay in their folder. Gates receive public keys, and a school's key for visitor pseudonyms.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from gate_contract.durable_file import sync_folder
from gate_contract.errors import SchoolgateError
from gate_contract.visitor_pseudonym import KEY_SIZE, school_key
from server_bridge.pki import write_private

VISITOR_SEAL = "visitor-seal.pem"
VISITOR_NAMES = "visitor-names.key"


class MissingKeyError(SchoolgateError):
    """A key is missing or cannot be used; the message states the remedy."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The folder of keys; `first_card` and `orders` are the key_ids of the settings.

    All methods that return a key raise MissingKeyError.
    """

    folder: Path
    first_card: int
    orders: int

    @property
    def card_key_id(self) -> int:
        """Return the id of the key that signs new cards: the highest one in the folder."""
        return max(self.first_card, *self._key_ids("card"), 0)

    def card_key(self, key_id: int | None = None) -> Ed25519PrivateKey:
        """Return a private card key, by default the one that signs new cards."""
        return self._signing("card", self.card_key_id if key_id is None else key_id)

    def orders_key(self) -> Ed25519PrivateKey:
        """Return the private key that signs orders and rosters."""
        return self._signing("orders", self.orders)

    def public_keys(self) -> dict[int, Ed25519PublicKey]:
        """Return the public keys that verify cards, by key_id.

        They are all keys of the folder: cards signed with an older key are in use until they
        expire.
        """
        return self._public("card", self.card_key_id)

    def raw_public_keys(self) -> dict[int, bytes]:
        """Return the public card keys as 32 bytes each, by key_id."""
        return {key_id: key.public_bytes_raw() for key_id, key in self.public_keys().items()}

    def orders_public_keys(self) -> dict[int, Ed25519PublicKey]:
        """Return the public keys that verify orders and rosters, by key_id.

        They are all keys of the folder, so that gates have the next key before it is used.
        """
        return self._public("orders", self.orders)

    def make_card_key(self, key_id: int | None = None) -> None:
        """Create a card key unless it exists; by default the one that signs new cards."""
        self._make("card", self.card_key_id if key_id is None else key_id)

    def make_orders_key(self) -> None:
        """Create the key that signs orders and rosters unless it exists."""
        self._make("orders", self.orders)

    def retire_card_key(self, key_id: int) -> Path:
        """Take a card key out of use by renaming its file; return the new path."""
        path = self._path("card", key_id)
        if not path.exists():
            raise MissingKeyError(f"there is no key {key_id}; see: gate-bridge card keys")
        retired = path.rename(path.with_name(f"retired-{path.name}"))
        sync_folder(self.folder)
        return retired

    def visitor_key(self) -> X25519PrivateKey:
        """Return the private key that decrypts sealed visitor details."""
        path = self.folder / VISITOR_SEAL
        try:
            key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except (OSError, ValueError) as error:
            raise MissingKeyError(
                f"{path}: {error}. `gate add --visitor-ids` makes it; if it existed, restore it "
                "from the safe copy."
            ) from error
        if not isinstance(key, X25519PrivateKey):
            raise MissingKeyError(f"{path} is not an X25519 key")
        return key

    def school_visitor_key(self, unit_id: str) -> bytes:
        """Return a school's key for visitor pseudonyms."""
        path = self.folder / VISITOR_NAMES
        try:
            return school_key(path.read_bytes(), unit_id)
        except OSError as error:
            raise MissingKeyError(
                f"{path}: {error.strerror}. Restore it from the safe copy."
            ) from error

    def make_visitor_keys(self) -> None:
        """Create the two keys for visitors without a card, unless at least one of them exists.

        If one exists, the other was lost and must be restored from the safe copy, not replaced.
        """
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
