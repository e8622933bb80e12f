"""Enrol a gate with a ticket. The private key is generated here and never leaves the gate."""

from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from device.orders.store import write_first_orders
from device.provisioning.wifi import write_wifi
from gate_contract import gate_files
from gate_contract.durable_file import replace_file
from gate_contract.enrolment import Enrolment
from gate_contract.errors import ContractError
from gate_contract.gate_files import GateFiles
from gate_contract.orders import Orders, verify
from gate_contract.ticket import Secrets, Ticket, TicketError, TicketRefusal, open_secrets
from gate_contract.ticket import verify as verify_ticket

Ask = Callable[[Ticket, bytes, bytes], Enrolment]


def read_ticket(text: str, pin: str | None, trusted: bytes | None) -> tuple[Ticket, bytes, Secrets]:
    """Return a verified ticket, its district's key and its secrets. Raises TicketError."""
    ticket, key = verify_ticket(text.encode(), trusted)
    return ticket, key, open_secrets(ticket, pin)


def enrol(
    etc: Path,
    state: Path,
    offer: tuple[Ticket, bytes, Secrets],
    ask: Ask,
    hardware: gate_files.Tables,
) -> str:
    """Request a certificate and write the gate's files into `etc`; return its gate_id.

    The key is on the SD card before the request, so that after a power cut the same key is used
    again, which the district accepts. `gate.toml` is written last.

    Raises:
        TicketError, NoNetworkError, NoDeskError: as `enrolment_client.ask`.
        OSError: the files cannot be written.
    """
    ticket, district_key, secrets = offer
    if ticket.ssid:
        write_wifi(etc, ticket.ssid, secrets.wifi)
    key = _key(etc / "tls" / "key.pem")
    answer = ask(ticket, secrets.token, _request(key, ticket.gate_id))
    orders = _orders(answer, ticket, district_key)
    made = gate_files.from_settings(
        ticket.gate_id,
        orders.settings,
        cert_pem=answer.cert.encode(),
        key_pem=_pem(key),
        ca_pem=answer.ca.encode(),
    )
    write_first_orders(state, answer.orders)
    write_gate_files(etc, made, hardware)
    return ticket.gate_id


def write_gate_files(etc: Path, files: GateFiles, hardware: gate_files.Tables) -> Path:
    """Write the gate's files into `etc`; return the path of `gate.toml`, which is written last.

    `hardware` holds further settings, for this gate's camera and pins. Raises OSError.
    """
    (etc / "tls").mkdir(mode=0o700, parents=True, exist_ok=True)
    for file in gate_files.file_contents(files, hardware):
        replace_file(etc / file.name, file.content, file.mode)
    return etc / "gate.toml"


def _orders(answer: Enrolment, ticket: Ticket, district_key: bytes) -> Orders:
    """Return the orders in the answer, verified by the key of the ticket's district.

    TLS protects the answer, but only the signature proves the district.
    """
    keys = gate_files.public_keys({answer.orders[0]: district_key} if answer.orders else {})
    try:
        return verify(answer.orders, keys, ticket.gate_id)
    except ContractError as error:
        raise TicketError(
            TicketRefusal.FOREIGN, f"the settings are another district's: {error}"
        ) from error


def _key(path: Path) -> ec.EllipticCurvePrivateKey:
    try:
        found = serialization.load_pem_private_key(path.read_bytes(), None)
        if isinstance(found, ec.EllipticCurvePrivateKey):
            return found
    except (OSError, ValueError):
        pass  # missing or damaged: a new one is made
    key = ec.generate_private_key(ec.SECP256R1())
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace_file(path, _pem(key), 0o600)
    return key


def _request(key: ec.EllipticCurvePrivateKey, gate_id: str) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, gate_id)])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
