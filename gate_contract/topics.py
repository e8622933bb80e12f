"""Every MQTT topic, built and parsed here and nowhere else."""

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
    gate_id: str
    channel: GateChannel


@dataclass(frozen=True, slots=True)
class DistrictTopic:
    """What is for every gate: rosters only."""

    channel: GateChannel


@dataclass(frozen=True, slots=True)
class CountsTopic:
    unit_id: str


BRIDGE_STATE = "bridge/v1/state"
"""Retained: `online`, or `offline` by the bridge's last will. While it is away, counts are old."""

ROSTERS = (GateChannel.ROSTER, GateChannel.ROSTER_CHANGES)
_GATE = re.compile(rf"gate/v1/({GATE_ID})/({'|'.join(GateChannel)})", re.ASCII)
_DISTRICT = re.compile(rf"district/v1/({'|'.join(ROSTERS)})", re.ASCII)
_COUNTS = re.compile(rf"unit/v1/({UNIT_ID})/counts", re.ASCII)


def gate(gate_id: str, channel: GateChannel) -> str:
    """`gate/v1/<gate_id>/<channel>`. Raises ContractError if `gate_id` cannot stand in a topic."""
    topic = f"gate/v1/{gate_id}/{channel}"
    parse(topic)
    return topic


def every_gate(channel: GateChannel) -> str:
    """The subscription to one channel of all gates."""
    return f"gate/v1/+/{channel}"


def district(channel: GateChannel) -> str:
    """`district/v1/<channel>`. Raises ContractError if nothing on that channel is for all gates."""
    topic = f"district/v1/{channel}"
    parse(topic)
    return topic


def counts(unit_id: str) -> str:
    """`unit/v1/<unit_id>/counts`. Raises ContractError if `unit_id` cannot stand in a topic."""
    topic = f"unit/v1/{unit_id}/counts"
    parse(topic)
    return topic


def parse(topic: str) -> GateTopic | DistrictTopic | CountsTopic:
    """What a topic names. Raises ContractError (`foreign_topic`) if it is none of ours."""
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
