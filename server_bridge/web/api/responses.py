"""What the API answers, as types: the encoder and the OpenAPI document both go by them."""

from datetime import date, datetime
from typing import Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from gate_contract.card import CardKind
from gate_contract.counts import KindCounts
from gate_contract.health import State


class Unit(Struct, frozen=True, kw_only=True):
    """A school, or a unit above schools. `parent` is null at the top of what the token opens."""

    unit_id: str
    name: str
    level: str
    parent: str | None


class Counts(Struct, frozen=True, kw_only=True):
    """Today's counts of a unit; above a school, the sum of its schools. `day` is the local school
    day, `people` counts each card once per school."""

    unit_id: str
    name: str
    day: date
    inside: int
    entered: int = msgspec.field(name="in")
    left: int = msgspec.field(name="out")
    refused: int
    people: int
    by_kind: dict[CardKind, KindCounts]


class DayCounts(Struct, frozen=True, kw_only=True):
    """One day's counts. `inside`: whoever was not seen leaving."""

    day: date
    inside: int
    entered: int = msgspec.field(name="in")
    left: int = msgspec.field(name="out")
    people: int
    by_kind: dict[CardKind, KindCounts]


class Days(Struct, frozen=True, kw_only=True):
    """A unit's counts by day, in order; days on which nobody passed are left out."""

    unit_id: str
    days: list[DayCounts]


class DayRefusals(Struct, frozen=True, kw_only=True):
    """How many scans of one day were refused, by the reason's code."""

    day: date
    refused: int
    by_reason: dict[str, int]


class Refusals(Struct, frozen=True, kw_only=True):
    """A unit's refused scans by day, in order; days without any are left out."""

    unit_id: str
    days: list[DayRefusals]


class Slot(Struct, frozen=True, kw_only=True):
    """Entries within five minutes from `at` on."""

    at: datetime
    entered: int = msgspec.field(name="in")


class Arrivals(Struct, frozen=True, kw_only=True):
    """A unit's curve of one day; the five minutes in which nobody came are left out."""

    unit_id: str
    day: date
    slots: list[Slot]


class Gate(Struct, frozen=True, kw_only=True):
    """How a gate is, as it last told. `silent`: online, but nothing has come from it for two
    minutes; `never`: it was never heard of. `since`: in this state; `heard`: the newest word.
    `backlog` are crossings that it has not delivered yet. `retired`: it is shut out. `faults` are
    stable codes."""

    gate_id: str
    unit_id: str
    state: Literal["online", "offline", "silent", "never"]
    since: datetime | None
    heard: datetime | None
    last_crossing: datetime | None
    backlog: int
    clock_trusted: bool | None
    camera: State
    storage: State
    signals: State
    temperature_c: float | None
    free_bytes: int | None
    version: str
    retired: bool
    faults: list[str]


class Units(Struct, frozen=True, kw_only=True):
    """Units by their id. `next`: where the list goes on, null at its end."""

    units: list[Unit]
    next: str | None


class ManyCounts(Struct, frozen=True, kw_only=True):
    """Today's counts by unit. `next`: where the list goes on, null at its end."""

    counts: list[Counts]
    next: str | None


class Gates(Struct, frozen=True, kw_only=True):
    """Gates by their id. `next`: where the list goes on, null at its end."""

    gates: list[Gate]
    next: str | None


class Problem(Struct, frozen=True, kw_only=True):
    """Why there is no answer, and what to do about it (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    parameter: str | UnsetType = UNSET
