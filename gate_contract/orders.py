"""Orders: everything the district wants of one gate - its settings, its software, its log.

A payload is a signed envelope (`gate_contract.envelope`) with a key_id and zlib(JSON of Orders),
signed by the district's orders key. It is retained on the gate's `command` topic, and is also sent
with the first certificate. It states a desired state, not an action: each part has its own number,
and a gate acts on the parts that are newer than those it acted on last. Versions only grow, so an
old order that arrives again changes nothing.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Meta, Struct

from gate_contract.crossing import GateId
from gate_contract.envelope import open_envelope, unpack_json
from gate_contract.errors import ContractError
from gate_contract.id_documents import IdKind
from gate_contract.roster import KeyId, PublicKey, Version

DOMAIN = b"schoolgate orders v1\n"
MAX_PAYLOAD_BYTES = 16_384
MAX_DOCUMENT_BYTES = 65_536

Minute = Annotated[int, Meta(ge=0, le=1440)]


class VisitorPapers(Struct, frozen=True, kw_only=True):
    """Accepted ID documents, the school's pseudonym key, and the district's sealing key."""

    accept: list[IdKind]
    key: Annotated[bytes, Meta(min_length=32, max_length=32)]
    seal_to: PublicKey


class ManagedSettings(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The settings of a gate's `gate.toml` that the district decides.

    Camera and pins are the technician's. `school` is its name, for people to read.
    """

    version: Version
    school: Annotated[str, Meta(max_length=200)] = ""
    direction: Literal["in", "out", "auto"] = "auto"
    timezone: Annotated[str, Meta(max_length=60)]
    repeat_window_s: Annotated[float, Meta(gt=0, le=3600)] = 5.0
    broker_host: Annotated[str, Meta(min_length=1, max_length=253)]
    broker_port: Annotated[int, Meta(ge=1, le=65535)]
    card_keys: dict[KeyId, PublicKey]
    order_keys: dict[KeyId, PublicKey]
    visitors: VisitorPapers | None = None


class Update(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The software that the gate shall run.

    `version` is downloaded from `url` and accepted only if its bytes have this `sha256`. It is
    installed between two minutes of the local day, which may span midnight, and not before
    `not_before_ms` (UTC).
    """

    number: Version
    version: Annotated[str, Meta(min_length=1, max_length=40)]
    url: Annotated[str, Meta(pattern=r"^https://\S{1,400}$")]
    size: Annotated[int, Meta(ge=1, le=4 * 2**30)]
    sha256: Annotated[bytes, Meta(min_length=32, max_length=32)]
    from_minute: Minute = 20 * 60
    until_minute: Minute = 4 * 60
    not_before_ms: Annotated[int, Meta(ge=0)] = 0

    def is_time(self, now_ms: int, local_minute: int) -> bool:
        """Whether it may be installed now; `local_minute` counts from local midnight."""
        return now_ms >= self.not_before_ms and is_within(
            local_minute, self.from_minute, self.until_minute
        )


def is_within(minute: int, begins: int, ends: int) -> bool:
    """Whether a minute of the day is between two others, which may span midnight."""
    if begins <= ends:
        return begins <= minute < ends
    return minute >= begins or minute < ends


class LogRequest(Struct, frozen=True, kw_only=True):
    """A request for the last lines of the gate's log; it is answered once for each `number`."""

    number: Version
    lines: Annotated[int, Meta(ge=1, le=2000)] = 500


class Orders(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Everything that the district wants of the gate `gate_id`.

    `update_ca` is the certificate (PEM) that updates are signed with; a gate accepts the first one
    that it receives, and no other.
    """

    version: Version
    gate_id: GateId
    settings: ManagedSettings
    update: Update | None = None
    logs: LogRequest | None = None
    update_ca: Annotated[str, Meta(max_length=4096)] = ""


def verify(payload: bytes, keys: Mapping[int, Ed25519PublicKey], gate_id: str) -> Orders:
    """Return the orders in a payload after verifying that the district made them for this gate.

    Raises:
        ContractError: `oversized`, `unknown_key`, `bad_signature`, `wrong_gate`, or `malformed`.
    """
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise ContractError("oversized", f"{len(payload)} bytes; the limit is {MAX_PAYLOAD_BYTES}")

    def find_key(signer: bytes) -> Ed25519PublicKey:
        if signer[0] not in keys:
            raise ContractError(
                "unknown_key", f"signed with orders key {signer[0]}, unknown to this gate"
            )
        return keys[signer[0]]

    body = open_envelope(payload, domain=DOMAIN, signer_size=1, find_key=find_key)
    orders = unpack_json(body, Orders, max_bytes=MAX_DOCUMENT_BYTES)
    if orders.gate_id != gate_id:
        raise ContractError("wrong_gate", f"orders for {orders.gate_id}")
    return orders
