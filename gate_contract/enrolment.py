"""The HTTPS exchange between a gate without identity and the district's enrolment server.

`GET /ca.pem` returns the authority's certificate, which the gate checks against the hash in its
ticket. `POST /enrol` takes an EnrolmentRequest and returns an Enrolment, or status 403 with an
EnrolmentRefused.
"""

from typing import Annotated

from msgspec import Meta, Struct

from gate_contract.ticket import TicketRefusal

CA_PATH = "/ca.pem"
ENROL_PATH = "/enrol"
MAX_REQUEST_BYTES = 8_192
MAX_ANSWER_BYTES = 65_536


class EnrolmentRequest(Struct, frozen=True):
    """The request of a gate.

    `ticket_id` and `token` are hex; `csr` is PEM, signed by the gate's own key.
    """

    ticket_id: Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]
    token: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
    csr: Annotated[str, Meta(max_length=4_096)]


class Enrolment(Struct, frozen=True):
    """The certificates of the gate and of its authority (PEM); `orders` as on the command topic."""

    cert: Annotated[str, Meta(max_length=8_192)]
    ca: Annotated[str, Meta(max_length=8_192)]
    orders: Annotated[bytes, Meta(max_length=16_384)]


class EnrolmentRefused(Struct, frozen=True):
    """The reason why a ticket is refused."""

    refusal: TicketRefusal
    message: Annotated[str, Meta(max_length=300)] = ""
