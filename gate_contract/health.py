"""What a gate tells of itself, on its retained `health` topic; its last will says `offline`."""

from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from gate_contract.errors import ContractError

MAX_PAYLOAD_BYTES = 16_384

Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]
State = Literal["ok", "failed", "unknown"]
CheckName = Annotated[str, Meta(pattern="^[a-z_]{1,20}$")]
Code = Annotated[str, Meta(pattern="^[a-z_]{0,20}$")]
SoftwareVersion = Annotated[str, Meta(max_length=40)]


class UpdateStage(StrEnum):
    """How far a gate is with the update that its orders want. `WAITING`: for its hours, or for what
    `UpdateFault` says; `PENDING`: written, and tried next; `STOPPED`: not tried again by itself."""

    CURRENT = "current"
    WAITING = "waiting"
    FETCHING = "fetching"
    FETCHED = "fetched"
    PENDING = "pending"
    TRIAL = "trial"
    STOPPED = "stopped"


class UpdateFault(StrEnum):
    """Why an update does not go on; stable codes. Later gates may tell others."""

    CLOCK = "clock"
    UNREACHABLE = "unreachable"
    UNTRUSTED = "untrusted"
    NOT_SERVED = "not_served"
    NO_SPACE = "no_space"
    TOO_LARGE = "too_large"
    WRONG_SIZE = "wrong_size"
    WRONG_BYTES = "wrong_bytes"
    NO_KEY = "no_key"
    BAD_BUNDLE = "bad_bundle"
    OTHER_MACHINE = "other_machine"
    OTHER_VERSION = "other_version"
    OLD = "old"
    GIVEN_UP = "given_up"
    STORAGE = "storage"


class UpdateHealth(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What became of the update that is wanted. `version` runs, `wanted` is the orders'; `fetched`
    of its bytes are there. `stage` and `fault` are codes of `UpdateStage` and `UpdateFault`, kept
    as text so that a bridge understands gates that know more. `given_up` did not prove themselves.
    """

    version: SoftwareVersion
    wanted: SoftwareVersion = ""
    stage: Code = ""
    fault: Code = ""
    fetched: Count = 0
    given_up: Annotated[list[SoftwareVersion], Meta(max_length=20)] = []


class ScanHealth(Struct, frozen=True, kw_only=True):
    """What gate-scan knows. `camera`, `storage` and `signals` are `ok` or `failed`, with `detail`
    saying in words what failed. `frames` counts since the process started, `decoder_mishaps` how
    often since then the decoder's process crashed, hung or took too much memory. It goes by the
    rosters `roster_version` (its own) and `district_roster_version`, 0 for none; `roster_fault`
    says in words which file it does not believe. `contrast` is how far the darkest and brightest
    parts of a frame are apart, 0-255."""

    camera: State = "unknown"
    storage: State = "unknown"
    signals: State = "unknown"
    clock_trusted: bool = False
    frames: Count = 0
    frame_age_ms: Count | None = None
    decoder_mishaps: Count = 0
    source_ended: bool = False
    detail: Annotated[str, Meta(max_length=500)] = ""
    roster_version: Count = 0
    district_roster_version: Count = 0
    roster_fault: Annotated[str, Meta(max_length=200)] = ""
    contrast: Annotated[int, Meta(ge=0, le=255)] | None = None


class Health(Struct, frozen=True, kw_only=True):
    """`scan` is null while gate-scan is not heard of. `backlog` counts records without a receipt.
    `at` is UTC in ms by the gate's own clock, null where that is plainly wrong. `fault` says in
    words what keeps the gate from delivering; it is empty if nothing does. `damaged_ledgers` were
    set aside on this gate's SD card and replaced by a new one: the card is failing. `roster_fault`
    says why the roster that came last was refused; the one before it stays. `settings_version` is
    that of the district's settings that the gate goes by, 0 for none; `orders_fault` says why the
    last orders are not followed. `self_test` is what each check found when the gate started.
    `update` is null on a gate whose software is not replaced from afar."""

    state: Literal["online", "offline"]
    version: Annotated[str, Meta(max_length=40)] = ""
    at: Count | None = None
    up_ms: Count = 0
    ledger_id: Annotated[str, Meta(max_length=32)] = ""
    stored: Count = 0
    backlog: Count = 0
    free_bytes: Count | None = None
    temperature_c: float | None = None
    scan: ScanHealth | None = None
    fault: Annotated[str, Meta(max_length=500)] = ""
    damaged_ledgers: Count = 0
    roster_fault: Annotated[str, Meta(max_length=200)] = ""
    settings_version: Count = 0
    orders_fault: Annotated[str, Meta(max_length=200)] = ""
    self_test: dict[CheckName, State] = {}
    update: UpdateHealth | None = None

    @property
    def software(self) -> str:
        """The version that updates are told apart by."""
        return self.update.version if self.update else self.version


OFFLINE = Health(state="offline")
"""The last will: the broker publishes it when a gate's connection is lost."""


def encode_health(health: Health) -> bytes:
    """The MQTT payload, JSON."""
    return msgspec.json.encode(health)


def decode_health(payload: bytes) -> Health:
    """Raises ContractError: `oversized`, or `malformed` for anything that is not a health."""
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise ContractError("oversized", f"{len(payload)} bytes; the limit is {MAX_PAYLOAD_BYTES}")
    try:
        return msgspec.json.decode(payload, type=Health)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ContractError("malformed", str(error)) from None
