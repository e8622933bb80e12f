"""Ask the enrolment server by HTTPS. Its authority is identified by the hash in the ticket only."""

import errno
import http.client
import socket
import ssl
from hashlib import sha256

import msgspec

from gate_contract.enrolment import (
    CA_PATH,
    ENROL_PATH,
    MAX_ANSWER_BYTES,
    Enrolment,
    EnrolmentRefused,
    EnrolmentRequest,
)
from gate_contract.errors import SchoolgateError
from gate_contract.ticket import Ticket, TicketError

TIMEOUT_S = 15
_NO_WAY = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL}


class NoNetworkError(SchoolgateError):
    """The gate has no route to any network."""


class NoDeskError(SchoolgateError):
    """There is a network, but no enrolment server that can be trusted."""


def ask(ticket: Ticket, token: bytes, csr_pem: bytes) -> Enrolment:
    """Request a certificate from the enrolment server of a ticket.

    Raises:
        TicketError: the server refuses the ticket.
        NoNetworkError, NoDeskError: try again later.
    """
    unverified = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unverified.check_hostname = False
    unverified.verify_mode = ssl.CERT_NONE  # the answer is public, and checked by its hash
    status, ca_pem = _exchange(ticket, unverified, "GET", CA_PATH)
    try:
        der = ssl.PEM_cert_to_DER_cert(ca_pem.decode("ascii"))
        if status != 200 or sha256(der).digest() != ticket.ca:
            raise NoDeskError(
                "the server is not the one of the ticket; does another one have its address?"
            )
        ours = ssl.create_default_context(cadata=ca_pem.decode("ascii"))
    except (ValueError, ssl.SSLError) as error:
        raise NoDeskError(f"the server sent no certificate: {error}") from error
    request = EnrolmentRequest(ticket.ticket_id.hex(), token.hex(), csr_pem.decode())
    status, answer = _exchange(ticket, ours, "POST", ENROL_PATH, msgspec.json.encode(request))
    try:
        if status == 200:
            return msgspec.json.decode(answer, type=Enrolment)
        if status == 403:
            refused = msgspec.json.decode(answer, type=EnrolmentRefused)
            raise TicketError(refused.refusal, refused.message)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NoDeskError(f"the server's answer cannot be read: {error}") from error
    raise NoDeskError(f"the server cannot answer now (status {status})")


def _exchange(
    ticket: Ticket, context: ssl.SSLContext, method: str, path: str, body: bytes | None = None
) -> tuple[int, bytes]:
    where = f"{ticket.host}:{ticket.port}"
    connection = http.client.HTTPSConnection(
        ticket.host, ticket.port, timeout=TIMEOUT_S, context=context
    )
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read(MAX_ANSWER_BYTES)
    except socket.gaierror as error:
        raise NoNetworkError(f"{ticket.host} is not found: {error}") from error
    except (OSError, http.client.HTTPException) as error:
        if isinstance(error, OSError) and error.errno in _NO_WAY:
            raise NoNetworkError(f"{where}: {error}") from error
        raise NoDeskError(f"{where}: {error!r}") from error
    finally:
        connection.close()
