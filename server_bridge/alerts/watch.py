"""Evaluate alert conditions, store raised and resolved alerts, send notifications."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog

from gate_contract.school_day import local_day
from server_bridge.alert_kinds import (
    MINUTE_MS,
    SHARED_CARD_ENDS_AFTER_MS,
    AlertCondition,
    AlertKey,
    AlertKind,
)
from server_bridge.alerts.channels import AlertChannel, Channels
from server_bridge.alerts.conditions import find_conditions
from server_bridge.alerts.hours import in_hours
from server_bridge.alerts.impossible_travel import CardCrossings, ImpossibleTravel
from server_bridge.alerts.messages import MessageContext, compose
from server_bridge.alerts.rules import AlertDecision, AlertMemory, OpenAlert, decide
from server_bridge.alerts.sending import SendingError
from server_bridge.i18n.formats import Formats
from server_bridge.store.alerts.alert_messages import (
    AlertMessage,
    News,
    drop_resolved,
    due_messages,
    last_made_ms,
    make_message,
    note_failed,
    note_sent,
    unreported,
)
from server_bridge.store.alerts.alerts import (
    Alert,
    find_alert,
    open_alerts,
    raise_alert,
    raised_since,
    resolve_alerts,
)
from server_bridge.store.crossings.sightings import CrossingMarks
from server_bridge.store.database import Database, StoreError
from server_bridge.store.gates.gate_sheets import gate_sheets
from server_bridge.store.school.school_hours import all_hours
from server_bridge.store.units.tree import all_units, ancestry, gate_units

PERIOD_S = 10.0
QUIET_MS = 2 * MINUTE_MS
"""A message waits until nothing new has come for this long, but no longer than `MAX_DELAY_MS`.

A failure that disconnects sixty gates does so within minutes, and should give one message.
"""
MAX_DELAY_MS = 6 * MINUTE_MS
"""The longest time that a message waits for more alerts."""
MESSAGE_GAP_MS = 10 * MINUTE_MS
"""The minimum time between two messages of a channel about raised, or about resolved, alerts."""

log = structlog.get_logger()

Send = Callable[[AlertChannel, str, str], None]
"""Sends a title and a body to a channel. Raises SendingError."""


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """Settings of the watch.

    `days` are the weekdays (Monday 0) on which schools are open; `link` is the address of the
    alerts page.
    """

    zone: ZoneInfo
    days: frozenset[int]
    link: str


class AlertWatch:
    """Evaluates alerts; one evaluation per `step`.

    `certificates` returns expiry times by name, UTC in ms, and is called in each evaluation;
    `more_conditions` returns further conditions from other packages.
    """

    def __init__(
        self,
        database: Database,
        settings: WatchSettings,
        channels: Channels,
        send: Send,
        certificates: Callable[[], Mapping[str, int]] = dict,
        more_conditions: Callable[[sa.Connection], Iterable[AlertCondition]] = lambda _: (),
    ) -> None:
        self._database = database
        self._settings = settings
        self._channels = channels
        self._send = send
        self._certificates = certificates
        self._more_conditions = more_conditions
        self._memory = AlertMemory()
        self._marks = CrossingMarks()
        self._crossings = CardCrossings(date.min)
        self._impossible: dict[AlertKey, AlertCondition] = {}
        self._logged_error = ""

    def run(self, stopping: threading.Event, now_ms: Callable[[], int]) -> None:
        """Evaluate alerts periodically until `stopping` is set.

        Errors of the database and bugs are logged and do not end the loop: ingest runs in the same
        process.
        """
        while not stopping.wait(PERIOD_S):
            try:
                self.step(now_ms())
                self._logged_error = ""
            except StoreError as error:
                self._log_once(str(error), None)
            except Exception as error:
                self._log_once(repr(error), error)

    def step(self, now_ms: int) -> None:
        """Evaluate alerts once, and send the messages that are due. Raises StoreError."""
        decision = self._evaluate(now_ms)
        with self._database.write() as connection:
            self._store(connection, decision, now_ms)
            context = self._message_context(connection, now_ms)
            for channel in self._channels.all:
                self._make_message(connection, channel, "raised", context, now_ms)
                self._make_message(connection, channel, "resolved", context, now_ms)
            drop_resolved(connection, now_ms)
            messages = due_messages(connection, now_ms)
        self._memory = decision.memory
        for condition in decision.to_raise:
            self._impossible.pop(condition.key, None)
        self._send_messages(messages, now_ms)

    def _evaluate(self, now_ms: int) -> AlertDecision:
        with self._database.read() as connection:
            everywhere = [unit.unit_id for unit in all_units(connection)]
            observation = find_conditions(
                gate_sheets(connection, now_ms, everywhere), self._certificates(), now_ms
            )
            open_now = [_open(alert) for alert in open_alerts(connection)]
            recently_raised = raised_since(
                connection, AlertKind.SHARED_CARD, now_ms - SHARED_CARD_ENDS_AFTER_MS
            )
            today = local_day(now_ms, self._settings.zone)
            if today != self._crossings.day:
                self._crossings = CardCrossings(today)
            for travel in self._crossings.add(self._marks.new(connection, today)):
                if travel.later.card_id not in recently_raised:
                    condition = _of_travel(travel)
                    self._impossible.setdefault(condition.key, condition)
            more_conditions = tuple(self._more_conditions(connection))
            is_in_hours = in_hours(
                all_hours(connection), self._settings.days, now_ms, self._settings.zone
            )
        observation = replace(
            observation,
            conditions=(*observation.conditions, *self._impossible.values(), *more_conditions),
        )
        return decide(observation, open_now, self._memory, now_ms, is_in_hours)

    def _store(self, connection: sa.Connection, decision: AlertDecision, now_ms: int) -> None:
        for one in decision.to_raise:
            number = raise_alert(
                connection,
                one.kind,
                one.subject,
                one.unit_id,
                since_ms=min(one.since_ms, decision.memory.present_since.get(one.key, now_ms)),
                now_ms=now_ms,
                detail=one.detail,
            )
            log.info("alert raised", number=number, kind=one.kind, unit=one.unit_id)
        if decision.to_resolve:
            resolve_alerts(connection, [alert.alert for alert in decision.to_resolve], now_ms)
            log.info("alerts resolved", numbers=[alert.alert for alert in decision.to_resolve])

    def _make_message(
        self,
        connection: sa.Connection,
        channel: AlertChannel,
        news: News,
        context: MessageContext,
        now_ms: int,
    ) -> None:
        found = map(partial(find_alert, connection), unreported(connection, channel.name, news))
        fresh = [
            alert
            for alert in found
            if alert
            and channel.receives(AlertKind(alert.kind), context.lines.get(alert.unit_id or "", ()))
        ]
        if fresh and self._is_due(connection, channel, news, fresh, now_ms):
            fresh.sort(key=lambda alert: alert.alert)
            text = compose(news, fresh, context, Formats(channel.language, self._settings.zone))
            numbers = [alert.alert for alert in fresh]
            make_message(connection, channel.name, news, numbers, text, now_ms)

    def _message_context(self, connection: sa.Connection, now_ms: int) -> MessageContext:
        return MessageContext(
            names={unit.unit_id: unit.name for unit in all_units(connection)},
            lines=ancestry(connection),
            gates=len(gate_units(connection)),
            link=self._settings.link,
            today=local_day(now_ms, self._settings.zone),
        )

    def _is_due(
        self,
        connection: sa.Connection,
        channel: AlertChannel,
        news: News,
        fresh: list[Alert],
        now_ms: int,
    ) -> bool:
        times = [(a.raised_ms if news == "raised" else a.resolved_ms) or now_ms for a in fresh]
        is_whole = now_ms - max(times) >= QUIET_MS or now_ms - min(times) >= MAX_DELAY_MS
        return is_whole and now_ms - last_made_ms(connection, channel.name, news) >= MESSAGE_GAP_MS

    def _send_messages(self, messages: list[AlertMessage], now_ms: int) -> None:
        failed = set()
        for message in messages:
            if message.channel in failed:
                continue
            error = self._send_message(message)
            if error:
                failed.add(message.channel)
                log.warning("alert not sent", channel=message.channel, error=error)
            with self._database.write() as connection:
                if error:
                    note_failed(connection, message, error, now_ms)
                else:
                    note_sent(connection, message.message, now_ms)

    def _send_message(self, message: AlertMessage) -> str:
        """Send a message; return the reason of a failure, or an empty string."""
        channel = self._channels.find(message.channel)
        if channel is None:
            return "the channel no longer exists"
        try:
            self._send(channel, message.title, message.body)
        except SendingError as error:
            return str(error)
        return ""

    def _log_once(self, what: str, error: Exception | None) -> None:
        if what != self._logged_error:
            self._logged_error = what
            log.error("alerts not evaluated", error=what, exc_info=error)


def _open(alert: Alert) -> OpenAlert:
    return OpenAlert(
        alert.alert,
        AlertKind(alert.kind),
        alert.subject,
        alert.unit_id,
        alert.raised_ms,
        alert.acknowledged_ms is not None,
    )


def _of_travel(travel: ImpossibleTravel) -> AlertCondition:
    later = travel.later
    gates = f"{travel.earlier.gate_id}, {later.gate_id}"
    return AlertCondition(AlertKind.SHARED_CARD, later.card_id, later.unit_id, later.at_ms, gates)
