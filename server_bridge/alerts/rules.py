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

    there: Mapping[AlertKey, int] = field(default_factory=dict)
    away: Mapping[AlertKey, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlertDecision:
    """The alerts to raise and to resolve, and the memory for the next evaluation."""

    begun: tuple[AlertCondition, ...]
    over: tuple[OpenAlert, ...]
    memory: AlertMemory


def decide(
    seen: Observation,
    opened: Sequence[OpenAlert],
    memory: AlertMemory,
    now_ms: int,
    awake: Callable[[str | None], bool],
) -> AlertDecision:
    """Return which alerts to raise and to resolve; `awake` tells whether a unit's hours are now."""
    known = {alert.key for alert in opened}
    there, begun = {}, []
    for trouble in seen.troubles:
        if trouble.faint or trouble.key in known:
            continue
        there[trouble.key] = min(memory.there.get(trouble.key, now_ms), now_ms)
        lasted = now_ms - there[trouble.key] >= RAISED_AFTER_MS[trouble.kind]
        if lasted and awake(trouble.unit_id):
            begun.append(trouble)
    present = {trouble.key for trouble in seen.troubles}
    away, over = {}, []
    for alert in opened:
        if alert.kind is AlertKind.SHARED_CARD:
            if alert.acknowledged or now_ms - alert.raised_ms >= SHARED_CARD_ENDS_AFTER_MS:
                over.append(alert)
            continue
        # While a gate is silent, its other conditions are unknown and not resolved.
        if alert.key in present or (alert.kind in GATE_KINDS and alert.subject in seen.unknown):
            continue
        away[alert.key] = min(memory.away.get(alert.key, now_ms), now_ms)
        if now_ms - away[alert.key] >= RESOLVED_AFTER_MS and awake(alert.unit_id):
            over.append(alert)
    return AlertDecision(tuple(begun), tuple(over), AlertMemory(there, away))
