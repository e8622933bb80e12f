"""Which alerts begin and which are over. Pure: what is seen, what is open and the time go in.

Nobody is woken: outside of a school's hours nothing of its gates begins, and nothing ends.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from server_bridge.alert_kinds import (
    OF_GATES,
    RAISED_AFTER_MS,
    RESOLVED_AFTER_MS,
    SHARED_FORGOTTEN_MS,
    AlertKind,
    Key,
    Trouble,
)
from server_bridge.alerts.conditions import Observation


@dataclass(frozen=True, slots=True)
class Open:
    """An alert that is not over. `acknowledged`: somebody sees to it."""

    alert: int
    kind: AlertKind
    subject: str
    unit_id: str | None
    raised_ms: int
    acknowledged: bool

    @property
    def key(self) -> Key:
        return self.kind, self.subject


@dataclass(frozen=True, slots=True)
class Memory:
    """Since when (UTC) each trouble has been there without a break, and each open alert's trouble
    has been away."""

    there: Mapping[Key, int] = field(default_factory=dict)
    away: Mapping[Key, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlertDecision:
    """What to write down, and what to remember until the next time."""

    begun: tuple[Trouble, ...]
    over: tuple[Open, ...]
    memory: Memory


def decide(
    seen: Observation,
    opened: Sequence[Open],
    memory: Memory,
    now_ms: int,
    awake: Callable[[str | None], bool],
) -> AlertDecision:
    """`awake` tells whether it is a unit's hours now."""
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
            if alert.acknowledged or now_ms - alert.raised_ms >= SHARED_FORGOTTEN_MS:
                over.append(alert)
            continue
        # Of a gate that is silent it is not known that its other troubles are over.
        if alert.key in present or (alert.kind in OF_GATES and alert.subject in seen.unknown):
            continue
        away[alert.key] = min(memory.away.get(alert.key, now_ms), now_ms)
        if now_ms - away[alert.key] >= RESOLVED_AFTER_MS and awake(alert.unit_id):
            over.append(alert)
    return AlertDecision(tuple(begun), tuple(over), Memory(there, away))
