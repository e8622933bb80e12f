"""Decide which alerts to raise and which to resolve. Pure functions.

Outside a school's hours no alert of its gates is raised or resolved, so that nobody is disturbed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from server_bridge.alert_kinds import (
    GATE_KINDS,
    RAISED_AFTER_MS,
    RESOLVED_AFTER_MS,
    SHARED_CARD_ENDS_AFTER_MS,
    AlertCondition,
    AlertKey,
    AlertKind,
)
from server_bridge.alerts.conditions import Observation


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """An unresolved alert; `acknowledged` if a person is working on it."""

    alert: int
    kind: AlertKind
    subject: str
    unit_id: str | None
    raised_ms: int
    acknowledged: bool

    @property
    def key(self) -> AlertKey:
        """Return the kind and the subject, which identify an alert."""
        return self.kind, self.subject


@dataclass(frozen=True, slots=True)
class AlertMemory:
    """Since when (UTC) each condition has been present, and each open alert's condition absent."""

    present_since: Mapping[AlertKey, int] = field(default_factory=dict)
    absent_since: Mapping[AlertKey, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlertDecision:
    """The alerts to raise and to resolve, and the memory for the next evaluation."""

    to_raise: tuple[AlertCondition, ...]
    to_resolve: tuple[OpenAlert, ...]
    memory: AlertMemory


def decide(
    observation: Observation,
    open_alerts: Sequence[OpenAlert],
    memory: AlertMemory,
    now_ms: int,
    in_hours: Callable[[str | None], bool],
) -> AlertDecision:
    """Return which alerts to raise and to resolve; `in_hours` checks a unit's hours."""
    known = {alert.key for alert in open_alerts}
    present_since, to_raise = {}, []
    for condition in observation.conditions:
        if condition.only_keeps_open or condition.key in known:
            continue
        present_since[condition.key] = min(memory.present_since.get(condition.key, now_ms), now_ms)
        lasted = now_ms - present_since[condition.key] >= RAISED_AFTER_MS[condition.kind]
        if lasted and in_hours(condition.unit_id):
            to_raise.append(condition)
    present = {condition.key for condition in observation.conditions}
    absent_since, to_resolve = {}, []
    for alert in open_alerts:
        if alert.kind is AlertKind.SHARED_CARD:
            if alert.acknowledged or now_ms - alert.raised_ms >= SHARED_CARD_ENDS_AFTER_MS:
                to_resolve.append(alert)
            continue
        # While a gate is silent, its other conditions are unknown and not resolved.
        if alert.key in present or (
            alert.kind in GATE_KINDS and alert.subject in observation.unknown
        ):
            continue
        absent_since[alert.key] = min(memory.absent_since.get(alert.key, now_ms), now_ms)
        if now_ms - absent_since[alert.key] >= RESOLVED_AFTER_MS and in_hours(alert.unit_id):
            to_resolve.append(alert)
    return AlertDecision(
        tuple(to_raise), tuple(to_resolve), AlertMemory(present_since, absent_since)
    )
