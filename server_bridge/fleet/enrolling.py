"""A ticket and a request become a certificate, in one transaction."""

from datetime import UTC, datetime
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec

from gate_contract.enrolment import Enrolment, EnrolmentRequest
from gate_contract.ledger_signature import key_text
from gate_contract.ticket import TicketError, TicketRefusal
from server_bridge import pki
from server_bridge.fleet.drafting import DistrictParameters
from server_bridge.home import Home
from server_bridge.pki import Identity
from server_bridge.store.database import Database
from server_bridge.store.gates.certificates import find_gate, keep_certificate, use_ticket
from server_bridge.store.gates.gate_orders import standing, want


def enrol(home: Home, database: Database, request: EnrolmentRequest, now_ms: int) -> Enrolment:
    """Give the gate of a ticket its certificate.

    The name in the certificate is the ticket's; of the request only the key is taken. The private
    half never leaves the gate.

    Raises:
        TicketError: the ticket is not good (any more), or the request is none.
        StoreError: the database cannot be written now; the ticket stays as it was.
    """
    key = _requested_key(request.csr)
    text = key_text(key)
    with database.write() as connection:
        asked = sha256(text.encode()).hexdigest()
        token = bytes.fromhex(request.token)
        gate_id = use_ticket(connection, request.ticket_id, token, asked, now_ms)
        if find_gate(connection, gate_id).retired_ms is not None:
            raise TicketError(TicketRefusal.EXPIRED, f"gate {gate_id} is out of service")
        now = datetime.fromtimestamp(now_ms / 1000, UTC)
        cert = pki.certify(home.pki, Identity.gate(gate_id), key, now=now)
        keep_certificate(connection, gate_id, pki.serial_number(cert), text, now_ms)
        wanted = standing(connection, gate_id) or want(
            connection, DistrictParameters.of(home), gate_id, now_ms
        )
    ca = pki.authority_certificate(home.pki)
    return Enrolment(cert.decode(), ca.decode(), wanted.payload)


def _requested_key(csr_pem: str) -> ec.EllipticCurvePublicKey:
    altered = TicketError(TicketRefusal.ALTERED, "this is no request for a P-256 certificate")
    try:
        csr = x509.load_pem_x509_csr(csr_pem.encode())
        key = csr.public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey) or not csr.is_signature_valid:
            raise altered
    except (ValueError, UnsupportedAlgorithm) as error:
        raise altered from error
    if not isinstance(key.curve, ec.SECP256R1):
        raise altered
    return key
