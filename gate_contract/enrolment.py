"""What a gate without identity and the district's enrolment desk say to each other, by HTTPS.

`GET /ca.pem`: the authority's certificate, believed by its hash in the ticket. `POST /enrol`: an
EnrolmentRequest, answered by an Enrolment, or with status 403 by a Refused.
"""

from typing import Annotated

from msgspec import Meta, Struct

from gate_contract.ticket import TicketRefusal

CA_PATH = "/ca.pem"
ENROL_PATH = "/enrol"
MAX_REQUEST_BYTES = 8_192
MAX_ANSWER_BYTES = 65_536


class EnrolmentRequest(Struct, frozen=True):
    """`ticket_id` and `token` in hex; `csr` is PEM, by the key that the gate has made."""

    ticket_id: Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]
    token: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
    csr: Annotated[str, Meta(max_length=4_096)]


class Enrolment(Struct, frozen=True):
    """The gate's certificate and its authority's, PEM; `orders` as on the command topic."""

    cert: Annotated[str, Meta(max_length=8_192)]
    ca: Annotated[str, Meta(max_length=8_192)]
    orders: Annotated[bytes, Meta(max_length=16_384)]


class EnrolmentRefused(Struct, frozen=True):
    """Why not."""

    refusal: TicketRefusal
    message: Annotated[str, Meta(max_length=300)] = ""
