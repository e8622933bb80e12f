"""The gate's signature of the head of its ledger, by the key of its certificate (P-256).

A batch may carry one. With it the district can neither edit, drop nor add a record of that ledger
without being noticed, and the gate cannot deny one: the chain leads from each record to the head.
"""

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

DOMAIN = b"schoolgate head v1\n"
_ALGORITHM = ec.ECDSA(hashes.SHA256())


def head_bytes(gate_id: str, ledger_id: str, seq: int, chain: str) -> bytes:
    """Return the bytes to sign. `chain` is the chain hash after record `seq`, in hex."""
    return DOMAIN + f"{gate_id}\n{ledger_id}\n{seq}\n{chain}\n".encode()


def sign_head(key: ec.EllipticCurvePrivateKey, head: bytes) -> str:
    """Return the signature as a batch carries it.

    Base64 of r and s, 32 bytes each, big-endian.
    """
    r, s = decode_dss_signature(key.sign(head, _ALGORITHM))
    return base64.b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode()


def is_signed(public_key: str, head: bytes, signature: str) -> bool:
    """Whether `signature` is valid for `head`. `public_key` is the text of `key_text`."""
    try:
        key = serialization.load_der_public_key(base64.b64decode(public_key, validate=True))
        if not isinstance(key, ec.EllipticCurvePublicKey):
            return False
        raw = base64.b64decode(signature, validate=True)
        r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
        key.verify(encode_dss_signature(r, s), head, _ALGORITHM)
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True


def key_text(key: ec.EllipticCurvePublicKey) -> str:
    """Return a public key as it is stored: base64 of its DER SubjectPublicKeyInfo."""
    der = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(der).decode()
