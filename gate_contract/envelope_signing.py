"""Make signed envelopes. Only the district does this: no gate holds a private key for it."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def seal_envelope(signer: bytes, body: bytes, key: Ed25519PrivateKey, *, domain: bytes) -> bytes:
    """Return the envelope of `body`, signed with `key`; `signer` tells gates which key it is."""
    return signer + key.sign(domain + body) + body
