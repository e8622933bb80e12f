"""Encrypt a visitor's details for the district; the gate that encrypts cannot decrypt them.

Encrypted bytes: `1 | ephemeral X25519 public key 32 | ChaCha20-Poly1305 ciphertext and tag`. The
key is HKDF-SHA256 of the shared secret, with both public keys as salt and `DOMAIN` as info; the
nonce is zero, because the key is used once; the additional data is the first byte and the `card_id`
of the record. The plaintext is JSON, padded with spaces to a multiple of 64 bytes, so that its
length reveals little.
"""

from typing import Annotated

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Meta, Struct

from gate_contract.errors import ContractError
from gate_contract.id_documents import IdDocument, IdKind

DOMAIN = b"schoolgate visitor seal v1\n"
VERSION = b"\x01"
MOST_PLAIN_BYTES = 512
MOST_SEALED_BYTES = 1 + 32 + MOST_PLAIN_BYTES + 16
_STEP = 64

Text = Annotated[str, Meta(max_length=MOST_PLAIN_BYTES)]


class VisitorDetails(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The encrypted details of a visitor, as in `gate_contract.id_documents.IdDocument`."""

    kind: IdKind
    number: Text
    name: Text
    born: Text
    address: Text | None = None


def seal(who: IdDocument, card_id: str, to: X25519PublicKey, ephemeral: X25519PrivateKey) -> bytes:
    """Encrypt `who` to the district's key `to`, for the record of `card_id`.

    `ephemeral` is a new key. An address that is too long to fit is cut short.
    """
    plain = _plain(who)
    sender = ephemeral.public_key()
    cipher = ChaCha20Poly1305(_key(ephemeral.exchange(to), sender, to))
    encrypted = cipher.encrypt(bytes(12), plain, VERSION + card_id.encode())
    return VERSION + sender.public_bytes_raw() + encrypted


def unseal(sealed: bytes, card_id: str, key: X25519PrivateKey) -> VisitorDetails:
    """Decrypt what was encrypted to `key` for `card_id`.

    Raises:
        ContractError: `sealed_otherwise`: for another key or record, altered, or of another format.
    """
    try:
        sender = X25519PublicKey.from_public_bytes(sealed[1:33])
        cipher = ChaCha20Poly1305(_key(key.exchange(sender), sender, key.public_key()))
        plain = cipher.decrypt(bytes(12), sealed[33:], sealed[:1] + card_id.encode())
        return msgspec.json.decode(plain, type=VisitorDetails)
    except (ValueError, InvalidTag, msgspec.DecodeError) as error:
        raise ContractError(
            "sealed_otherwise", "it was sealed to another key, or altered; restore the right key"
        ) from error


def _plain(who: IdDocument) -> bytes:
    details = VisitorDetails(
        kind=who.kind, number=who.number, name=who.name, born=who.born, address=who.address
    )
    plain = msgspec.json.encode(details)
    while len(plain) > MOST_PLAIN_BYTES and details.address:
        details = msgspec.structs.replace(details, address=details.address[:-8] or None)
        plain = msgspec.json.encode(details)
    return plain.ljust(-len(plain) % _STEP + len(plain))


def _key(shared: bytes, sender: X25519PublicKey, to: X25519PublicKey) -> bytes:
    salt = sender.public_bytes_raw() + to.public_bytes_raw()
    return HKDF(SHA256(), 32, salt, DOMAIN).derive(shared)
