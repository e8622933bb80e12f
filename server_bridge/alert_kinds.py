"""The kinds of alerts, and how long each must last before anybody is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

MINUTE_MS = 60_000


class AlertKind(StrEnum):
    """What is wrong. `SHARED_CARD`: one card at two gates within an impossible time.
    `ROLLOUT`: a gate has given an update up, and no other gate is told of it."""

    SILENT = "silent"
    STORAGE = "storage"
    BROKEN = "broken"
    CLOCK = "clock"
    BACKLOG = "backlog"
    SHARED_CARD = "shared_card"
    CERTIFICATE = "certificate"
    ROLLOUT = "rollout"


OF_GATES = frozenset(
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
"""A restart, a router's hiccup or a clock on its way to being set is no news."""
RESOLVED_AFTER_MS = 15 * MINUTE_MS
"""All must be well for this long: a gate that comes and goes is one trouble, not ten."""
SHARED_FORGOTTEN_MS = 24 * 60 * MINUTE_MS
"""A shared card is an event: its alert is over after this long, or once somebody has seen to it."""

Key = tuple[AlertKind, str]
"""Kind and subject: a gate, a card, the name of a certificate, or an update's version."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is seen now. `since_ms` (UTC): since when, as far as known; `detail` is in codes, never
    of a person. `faint`: not enough to raise an alert, too much to call an open one over."""

    kind: AlertKind
    subject: str
    unit_id: str | None
    since_ms: int
    detail: str = ""
    faint: bool = False

    @property
    def key(self) -> Key:
        return self.kind, self.subject
