"""Write the broker's list of revoked certificates, and make a running broker reload its lists.

The list is not dated today but 2020-01-01 plus its number in seconds: a broker with a wrong clock
must not reject every gate because the list is "not yet valid", and of two lists of one authority
the later date takes precedence. For the same reason the list expires with the authority.
"""

import os
import signal
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from gate_contract.errors import SchoolgateError
from server_bridge import pki

REVOCATIONS = "revoked.pem"
PROCESS = "mosquitto.pid"


def revocation_list(authority: Path, serials: Sequence[int]) -> bytes:
    """Return the revocation list as PEM; `serials` may only grow. Raises PkiError: no authority."""
    certificate, key = pki.authority_of(authority)
    made = pki.NOT_BEFORE + timedelta(seconds=len(serials) + 1)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(certificate.subject)
        .last_update(made)
        .next_update(certificate.not_valid_after_utc)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
        )
        .add_extension(x509.CRLNumber(len(serials) + 1), critical=False)
    )
    for serial in serials:
        revoked = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(made)
        builder = builder.add_revoked_certificate(revoked.build())
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def reload_broker(folder: Path) -> bool:
    """Make the mosquitto that runs from `folder` reload its lists; return False if none runs.

    Raises:
        SchoolgateError: it runs as another user, and this user may not signal it.
    """
    try:
        number = int((folder / PROCESS).read_text("ascii"))
        name = Path(f"/proc/{number}/comm").read_text("ascii").strip()
        if name != "mosquitto":
            return False
        os.kill(number, signal.SIGHUP)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return False
    except PermissionError as error:
        raise SchoolgateError(
            "the broker's files are renewed; only root may reload it: systemctl reload mosquitto"
        ) from error
    return True
