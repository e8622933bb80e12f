"""Test when alerts are raised and resolved: duration, hours, hysteresis."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from gate_contract.errors import SchoolgateError
from gate_contract.health import Health
from server_bridge.alert_kinds import (
    MINUTE_MS,
    RAISED_AFTER_MS,
    RESOLVED_AFTER_MS,
    AlertCondition,
    AlertKind,
)
from server_bridge.alerts.conditions import DAY_MS, Observation, find_conditions
from server_bridge.alerts.hours import in_hours, parse_days
from server_bridge.alerts.rules import AlertMemory, OpenAlert, decide
from server_bridge.store.gates.gate_sheets import GateSheet
from server_bridge.store.gates.gate_states import GateState
from server_bridge.store.school.school_hours import Hours
from tests.builders.school import ZONE
from tests.fakes.clock import MORNING_MS

GATE, UNIT = "gate-a1", "thcs-a"
WELL = GateSheet(
    GateState(GATE, UNIT, True, MORNING_MS, None, 0, True, ()),
    "Trường A",
    False,
    Health(state="online", free_bytes=20_000_000_000),
    MORNING_MS,
)


@dataclass
class Days:
    """Evaluates the rules minute by minute, and keeps the open alerts."""

    open: list[OpenAlert] = field(default_factory=list)
    memory: AlertMemory = field(default_factory=AlertMemory)
    now_ms: int = MORNING_MS
    is_awake: bool = True
    changes: list[tuple[str, AlertKind]] = field(default_factory=list)

    def pass_minutes(self, minutes: int, *sheets: GateSheet) -> list[tuple[str, AlertKind]]:
        """Let time pass; return the alerts that were raised and resolved."""
        self.changes = []
        for _ in range(minutes):
            self.now_ms += MINUTE_MS
            self.evaluate(find_conditions(sheets, {}, self.now_ms))
        return self.changes

    def evaluate(self, seen: Observation) -> None:
        made = decide(seen, self.open, self.memory, self.now_ms, lambda _: self.is_awake)
        self.memory = made.memory
        for condition in made.to_raise:
            number = len(self.open) + 1
            self.open.append(
                OpenAlert(
                    number, *condition.key, condition.unit_id, self.now_ms, acknowledged=False
                )
            )
            self.changes.append(("begun", condition.kind))
        for alert in made.to_resolve:
            self.open.remove(alert)
            self.changes.append(("over", alert.kind))


def unhealthy(**changes: Any) -> GateSheet:
    return replace(WELL, state=replace(WELL.state, **changes))


AWAY = unhealthy(online=False)


def test_a_silent_gate_is_told_of_once_and_when_it_is_back_for_good() -> None:
    days = Days()
    assert days.pass_minutes(10, AWAY) == []
    assert days.pass_minutes(120, AWAY) == [("begun", AlertKind.SILENT)]
    assert days.pass_minutes(10, WELL) == []
    assert days.pass_minutes(20, AWAY) == []  # it reconnected shortly: the same alert
    assert days.pass_minutes(15, WELL) == []
    assert days.pass_minutes(1, WELL) == [("over", AlertKind.SILENT)]


def test_a_gate_that_comes_and_goes_within_minutes_is_no_alert() -> None:
    days = Days()
    for _ in range(20):
        assert days.pass_minutes(9, AWAY) == []
        assert days.pass_minutes(1, WELL) == []


def test_nobody_is_woken_at_night() -> None:
    days = Days(is_awake=False)
    assert days.pass_minutes(600, AWAY) == []
    days.is_awake = True
    assert days.pass_minutes(1, AWAY) == [("begun", AlertKind.SILENT)]
    days.is_awake = False
    assert days.pass_minutes(600, WELL) == []
    days.is_awake = True
    assert days.pass_minutes(1, WELL) == [("over", AlertKind.SILENT)]


def test_of_a_silent_gate_nothing_else_is_over() -> None:
    days = Days()
    assert days.pass_minutes(3, unhealthy(faults=("storage",))) == [("begun", AlertKind.STORAGE)]
    assert days.pass_minutes(60, AWAY) == [("begun", AlertKind.SILENT)]
    assert days.pass_minutes(60, WELL) == [("over", AlertKind.STORAGE), ("over", AlertKind.SILENT)]


@pytest.mark.parametrize(
    ("sheet", "kind"),
    [
        (unhealthy(faults=("ledger_damaged",)), AlertKind.STORAGE),
        (replace(WELL, health=Health(state="online", free_bytes=1_000)), AlertKind.STORAGE),
        (unhealthy(faults=("camera",)), AlertKind.BROKEN),
        (unhealthy(clock_trusted=False), AlertKind.CLOCK),
        (unhealthy(backlog=300), AlertKind.BACKLOG),
    ],
)
def test_each_kind_has_its_time(sheet: GateSheet, kind: AlertKind) -> None:
    days = Days()
    wait = RAISED_AFTER_MS[kind] // MINUTE_MS
    assert days.pass_minutes(wait, sheet) == []
    assert days.pass_minutes(1, sheet) == [("begun", kind)]
    rest = RESOLVED_AFTER_MS // MINUTE_MS
    assert days.pass_minutes(rest, WELL) == []
    assert days.pass_minutes(1, WELL) == [("over", kind)]


def test_between_the_two_limits_nothing_begins_and_nothing_ends() -> None:
    days = Days()
    assert days.pass_minutes(60, unhealthy(backlog=299)) == []
    assert days.pass_minutes(30, unhealthy(backlog=300)) == [("begun", AlertKind.BACKLOG)]
    assert days.pass_minutes(60, unhealthy(backlog=50)) == []
    assert days.pass_minutes(30, unhealthy(backlog=49)) == [("over", AlertKind.BACKLOG)]


def test_gates_never_heard_of_or_shut_out_are_no_trouble() -> None:
    days = Days()
    assert days.pass_minutes(60, unhealthy(online=None), replace(AWAY, shut_out=True)) == []


def test_a_certificate_is_told_of_three_weeks_before_its_end() -> None:
    ends = MORNING_MS + 21 * DAY_MS
    assert find_conditions([], {"web": ends}, MORNING_MS).conditions == ()
    found = find_conditions([], {"web": ends}, MORNING_MS + DAY_MS).conditions
    assert [(one.kind, one.subject, one.detail) for one in found] == [
        (AlertKind.CERTIFICATE, "web", "20")
    ]


def test_a_shared_card_is_over_when_somebody_has_seen_to_it_or_after_a_day() -> None:
    days = Days()
    seen = Observation(
        (AlertCondition(AlertKind.SHARED_CARD, "1f", UNIT, MORNING_MS),), frozenset()
    )
    days.evaluate(seen)
    assert days.changes == [("begun", AlertKind.SHARED_CARD)]
    assert days.pass_minutes(24 * 60 - 1) == []
    assert days.pass_minutes(1) == [("over", AlertKind.SHARED_CARD)]
    days.evaluate(seen)
    days.open = [replace(days.open[0], acknowledged=True)]
    assert days.pass_minutes(1) == [("over", AlertKind.SHARED_CARD)]


def test_a_schools_hours_are_its_own() -> None:
    hours = {"early": Hours(6 * 60, 11 * 60)}  # MORNING_MS is Monday, 7:00
    weekdays = parse_days("mon tue wed thu fri")

    def at(minutes: int) -> tuple[bool, bool]:
        is_open = in_hours(hours, weekdays, MORNING_MS + minutes * MINUTE_MS, ZONE)
        return is_open("early"), is_open("usual")

    assert at(-106) == (False, False)
    assert at(-105) == (True, False)
    assert at(-45) == (True, True)
    assert at(5 * 60) == (False, True)
    assert at(10 * 60 + 15) == (False, False)
    assert at(6 * 24 * 60) == (False, False)
    with pytest.raises(SchoolgateError, match="'mond' is not a weekday"):
        parse_days("mon mond")
