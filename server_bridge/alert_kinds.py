"""Define the kinds of alerts, and how long a condition must last before an alert is raised."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

MINUTE_MS = 60_000


class AlertKind(StrEnum):
    """The kind of an alert.

    `SHARED_CARD`: one card was used at two gates within an impossibly short time. `ROLLOUT`: a gate
    has given up an update, and the roll-out has stopped.
    """

    SILENT = "silent"
    STORAGE = "storage"
    BROKEN = "broken"
    CLOCK = "clock"
    BACKLOG = "backlog"
    SHARED_CARD = "shared_card"
    CERTIFICATE = "certificate"
    ROLLOUT = "rollout"


GATE_KINDS = frozenset(
    {AlertKind.SILENT, AlertKind.STORAGE, AlertKind.BROKEN, AlertKind.CLOCK, AlertKind.BACKLOG}
)

RAISED_AFTER_MS: Mapping[AlertKind, int] = {
    AlertKind.SILENT: 10 * MINUTE_MS,
    AlertKind.STORAGE: MINUTE_MS,
    AlertKind.BROKEN: 5 * MINUTE_MS,
    AlertKind.CLOCK: 30 * MINUTE_MS,
    AlertKind.BACKLOG: 20 * MINUTE_MS,
    AlertKind.SHARED_CARD: 0,
    AlertKind.CERTIFICATE: 0,
    AlertKind.ROLLOUT: 0,
}
"""How long a condition must last before its alert is raised.

A restart, a short network failure or a clock that is about to be synchronised must not raise one.
"""
RESOLVED_AFTER_MS = 15 * MINUTE_MS
"""How long a condition must be absent before its alert is resolved.

A gate that connects and disconnects repeatedly thus has one alert, not ten.
"""
SHARED_CARD_ENDS_AFTER_MS = 24 * 60 * MINUTE_MS
"""An alert of a shared card ends after this time, or once a person has acknowledged it.

The condition is a single event, which cannot be observed to end.
"""

AlertKey = tuple[AlertKind, str]
"""Kind and subject: a gate, a card, the name of a certificate, or the version of an update."""


@dataclass(frozen=True, slots=True)
class AlertCondition:
    """A condition observed now that may raise an alert.

    `since_ms` (UTC): since when, as far as known. `detail` consists of codes and never names a
    person. `only_keeps_open`: too weak to raise an alert, but enough to keep an open one from being
    resolved.
    """

    kind: AlertKind
    subject: str
    unit_id: str | None
    since_ms: int
    detail: str = ""
    only_keeps_open: bool = False

    @property
    def key(self) -> AlertKey:
        """Return the kind and the subject, which identify an alert."""
        return self.kind, self.subject
