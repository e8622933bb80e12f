"""The signed envelope of rosters, orders and tickets: a signer, an Ed25519 signature, a body.

    signer | signature 64 | body

The signature is over a domain, which names the kind of document, and the body: a signature of one
kind is never valid for another. `signer` is a key_id (1 byte) or a public key (32 bytes). One
strict rule holds for all kinds: missing or left-over bytes, at any level, are refused. Unknown
fields are ignored, so that a later version may add some. Nothing is unpacked before the signature
is verified. `envelope_signing` makes envelopes; no gate imports it.
"""

import zlib
from collections.abc import Callable
from typing import TypeVar

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gate_contract.errors import ContractError

SIGNATURE_SIZE = 64

Document = TypeVar("Document")


def open_envelope(
    envelope: bytes,
    *,
    domain: bytes,
    signer_size: int,
    find_key: Callable[[bytes], Ed25519PublicKey],
) -> bytes:
    """Verify an envelope and return its body.

    `find_key` returns the public key of a signer; it may raise ContractError.

    Raises:
        ContractError: `malformed` (no body) or `bad_signature`.
    """
    header_size = signer_size + SIGNATURE_SIZE
    if len(envelope) <= header_size:
        raise ContractError("malformed", f"only {len(envelope)} bytes, too short for a document")
    signer, body = envelope[:signer_size], envelope[header_size:]
    try:
        find_key(signer).verify(envelope[signer_size:header_size], domain + body)
    except InvalidSignature:
        raise ContractError("bad_signature", "the district has not signed this") from None
    return body


def unpack_json(body: bytes, kind: type[Document], *, max_bytes: int) -> Document:
    """Decompress a zlib body and decode its JSON, `max_bytes` at most.

    Raises:
        ContractError: `oversized`, or `malformed` for a body that is cut off, is followed by other
            bytes, or is no document of this kind.
    """
    unpacker = zlib.decompressobj()
    try:
        document = unpacker.decompress(body, max_bytes + 1)
    except zlib.error as error:
        raise ContractError("malformed", str(error)) from None
    if len(document) > max_bytes:
        raise ContractError("oversized", f"unpacks to more than {max_bytes} bytes")
    if not unpacker.eof or unpacker.unused_data:
        raise ContractError("malformed", "the packed document is cut off, or other bytes follow it")
    if document != document.strip():  # the JSON decoder refuses all other trailing bytes
        raise ContractError("malformed", "white space surrounds the document")
    try:
        return msgspec.json.decode(document, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ContractError("malformed", str(error)) from None


def unpack_msgpack(body: bytes, kind: type[Document]) -> Document:
    """Decode a MessagePack body. Raises ContractError: `malformed`, also for trailing bytes."""
    try:
        return msgspec.msgpack.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ContractError("malformed", str(error)) from None
