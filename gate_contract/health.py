"""The state that a gate reports on its retained `health` topic; its last will says `offline`."""

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
    """The progress of the update that a gate's orders want.

    `WAITING`: for its hours, or for what `UpdateFault` says. `PENDING`: written to the other slot,
    tried at the next reboot. `STOPPED`: not tried again without new orders.
    """

    CURRENT = "current"
    WAITING = "waiting"
    FETCHING = "fetching"
    FETCHED = "fetched"
    PENDING = "pending"
    TRIAL = "trial"
    STOPPED = "stopped"


class UpdateFault(StrEnum):
    """Why an update does not proceed: stable codes. Gates of later versions may send others."""

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
    """The state of the wanted update.

    `version` is running, `wanted` is in the orders; `fetched` counts its downloaded bytes. `stage`
    and `fault` are codes of `UpdateStage` and `UpdateFault`, kept as text so that a bridge accepts
    codes of later gates. `given_up` lists versions that failed their trial.
    """

    version: SoftwareVersion
    wanted: SoftwareVersion = ""
    stage: Code = ""
    fault: Code = ""
    fetched: Count = 0
    given_up: Annotated[list[SoftwareVersion], Meta(max_length=20)] = []


class ScanHealth(Struct, frozen=True, kw_only=True):
    """The state of gate-scan.

    `camera`, `storage` and `signals` are `ok` or `failed`; `detail` says in words what failed.
    `frames` counts since the process started, `decoder_mishaps` how often since then the decoder
    process crashed, hung or used too much memory. `roster_version` (the gate's own) and
    `district_roster_version` are the rosters in use, 0 for none; `roster_fault` says in words which
    roster file is refused. `contrast` is the difference between the darkest and brightest parts of
    a frame, 0-255.
    """

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
    """The state of a gate.

    `scan` is null while gate-scan does not report. `backlog` counts records without a receipt.
    `at` is UTC in ms by the gate's own clock, null if that is plainly wrong. `fault` says in words
    why the gate cannot deliver; it is empty if it can. `damaged_ledgers` counts the ledgers that
    were set aside on this SD card and replaced: the card is failing. `roster_fault` says why the
    last received roster was refused; the one before it stays in use. `settings_version` is the
    version of the district's settings in use, 0 for none; `orders_fault` says why the last orders
    are not followed. `self_test` maps each check to its result at the start of the gate. `update`
    is null on a gate whose software is not updated remotely.
    """

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
        """The version by which updates are compared."""
        return self.update.version if self.update else self.version


OFFLINE = Health(state="offline")
"""The last will: the broker publishes it when a gate's connection is lost."""


def encode_health(health: Health) -> bytes:
    """Return the MQTT payload (JSON)."""
    return msgspec.json.encode(health)


def decode_health(payload: bytes) -> Health:
    """Return the health in a payload. Raises ContractError: `oversized` or `malformed`."""
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise ContractError("oversized", f"{len(payload)} bytes; the limit is {MAX_PAYLOAD_BYTES}")
    try:
        return msgspec.json.decode(payload, type=Health)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ContractError("malformed", str(error)) from None
