"""Sign what the gate delivers. Only gate-uplink can read the key."""

from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from gate_contract.crossing import Batch
from gate_contract.ledger_signature import head_bytes, sign_head


class HeadSigner:
    """Signs the heads of batches.

    It reads the key at its first use, and tries again while there is none: a gate without a key
    cannot reach its broker either, and reports that.
    """

    def __init__(self, key_path: Path) -> None:
        self._key_path = key_path
        self._key: ec.EllipticCurvePrivateKey | None = None

    def __call__(self, batch: Batch) -> str | None:
        """Return the signature of the batch's head, None if there is no usable key."""
        if self._key is None:
            try:
                key = serialization.load_pem_private_key(self._key_path.read_bytes(), None)
            except (OSError, ValueError):
                return None
            if not isinstance(key, ec.EllipticCurvePrivateKey):
                return None
            self._key = key
        head = head_bytes(batch.gate_id, batch.ledger_id, batch.last_seq, batch.head)
        return sign_head(self._key, head)
