"""The list of revoked certificates, as the broker reads it, and telling a running broker of it.

Its date is not today's but its number, in seconds after 2020-01-01: a broker whose clock is wrong
must not turn every gate away over a list that is "not yet valid", and of two lists of one authority
the later date wins. For the same reason it never expires within the authority's life.
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
    """PEM. `serials` only ever grows. Raises PkiError: no authority."""
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
    """Have the mosquitto that runs from `folder` read its lists again; False if none runs.

    Raises:
        SchoolgateError: it runs as somebody else, and this user may not tell it.
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
            "the broker's files are renewed, but only root may tell it: systemctl reload mosquitto"
        ) from error
    return True
