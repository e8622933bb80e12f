"""A gate's log, sent once for each request of the district, without names and cards.

The gate removes secrets (`scrubbed`) before it sends the log: whatever looks like the number or
text of a card, and any long word of base64 or hex, whichever service logged it.
"""

import re
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from gate_contract.errors import ContractError
from gate_contract.roster import Version

MAX_PAYLOAD_BYTES = 131_072
MAX_LINE = 1_000
_SECRETIVE = re.compile(r"SG[TP]?1:\S*|(?<![\w.-])[0-9A-Fa-f]{12,}(?![\w.-])|[\w+/]{40,}={0,2}")


class GateLog(Struct, frozen=True):
    """Log lines, the oldest first; `number` is the request's."""

    number: Version
    lines: list[Annotated[str, Meta(max_length=MAX_LINE)]]


def scrubbed(line: str) -> str:
    """Return `line` without anything that could name a card or serve as a key."""
    return _SECRETIVE.sub("…", line)[:MAX_LINE]


def encode_log(log: GateLog) -> bytes:
    """Return the MQTT payload (JSON), without the oldest lines if it would be too large."""
    payload = msgspec.json.encode(log)
    lines = log.lines
    while len(payload) > MAX_PAYLOAD_BYTES:
        lines = lines[len(lines) // 4 + 1 :]
        payload = msgspec.json.encode(GateLog(log.number, lines))
    return payload


def decode_log(payload: bytes) -> GateLog:
    """Return the log in a payload. Raises ContractError: `oversized` or `malformed`."""
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise ContractError("oversized", f"{len(payload)} bytes; the limit is {MAX_PAYLOAD_BYTES}")
    try:
        return msgspec.json.decode(payload, type=GateLog)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ContractError("malformed", str(error)) from None
