"""Build and parse every MQTT topic."""

import re
from dataclasses import dataclass
from enum import StrEnum

from gate_contract.errors import ContractError

GATE_ID = r"[a-z0-9-]{3,40}"
UNIT_ID = r"[a-z0-9-]{1,40}"


class GateChannel(StrEnum):
    """The last level of a gate's topic."""

    CROSSINGS = "crossings"
    HEALTH = "health"
    RECEIPT = "receipt"
    ROSTER = "roster"
    ROSTER_CHANGES = "roster-changes"
    COMMAND = "command"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class GateTopic:
    """A topic of one gate."""

    gate_id: str
    channel: GateChannel


@dataclass(frozen=True, slots=True)
class DistrictTopic:
    """A topic for every gate: rosters only."""

    channel: GateChannel


@dataclass(frozen=True, slots=True)
class CountsTopic:
    """The counts of a unit."""

    unit_id: str


BRIDGE_STATE = "bridge/v1/state"
"""Retained: `online`, or `offline` by the bridge's last will; counts are old then."""

ROSTERS = (GateChannel.ROSTER, GateChannel.ROSTER_CHANGES)
_GATE = re.compile(rf"gate/v1/({GATE_ID})/({'|'.join(GateChannel)})", re.ASCII)
_DISTRICT = re.compile(rf"district/v1/({'|'.join(ROSTERS)})", re.ASCII)
_COUNTS = re.compile(rf"unit/v1/({UNIT_ID})/counts", re.ASCII)


def gate(gate_id: str, channel: GateChannel) -> str:
    """Return `gate/v1/<gate_id>/<channel>`. Raises ContractError for an invalid `gate_id`."""
    topic = f"gate/v1/{gate_id}/{channel}"
    parse(topic)
    return topic


def every_gate(channel: GateChannel) -> str:
    """Return the subscription to one channel of all gates."""
    return f"gate/v1/+/{channel}"


def district(channel: GateChannel) -> str:
    """Return `district/v1/<channel>`. Raises ContractError if the channel is not for all gates."""
    topic = f"district/v1/{channel}"
    parse(topic)
    return topic


def counts(unit_id: str) -> str:
    """Return `unit/v1/<unit_id>/counts`. Raises ContractError for an invalid `unit_id`."""
    topic = f"unit/v1/{unit_id}/counts"
    parse(topic)
    return topic


def parse(topic: str) -> GateTopic | DistrictTopic | CountsTopic:
    """Return what a topic names. Raises ContractError (`foreign_topic`) for any other topic."""
    if match := _GATE.fullmatch(topic):
        return GateTopic(match[1], GateChannel(match[2]))
    if match := _DISTRICT.fullmatch(topic):
        return DistrictTopic(GateChannel(match[1]))
    if match := _COUNTS.fullmatch(topic):
        return CountsTopic(match[1])
    raise ContractError(
        "foreign_topic",
        f"{topic[:80]!r} is not a Schoolgate topic; a gate_id is 3-40 of a-z, 0-9 and '-'",
    )
