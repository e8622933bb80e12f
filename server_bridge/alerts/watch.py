"""The watch: looks at what is known, writes down what begins and what is over, has it told."""

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
    SHARED_FORGOTTEN_MS,
    AlertKind,
    Key,
    Trouble,
)
from server_bridge.alerts.channels import AlertChannel, Channels
from server_bridge.alerts.conditions import observe
from server_bridge.alerts.hours import awake
from server_bridge.alerts.impossible_travel import CardCrossings, ImpossibleTravel
from server_bridge.alerts.messages import MessageContext, compose
from server_bridge.alerts.rules import AlertDecision, Memory, Open, decide
from server_bridge.alerts.sending import SendingError
from server_bridge.i18n.formats import Formats
from server_bridge.store.alerts.alert_messages import (
    AlertMessage,
    News,
    drop_overtaken,
    due,
    last_made_ms,
    make_message,
    note_failed,
    note_sent,
    untold,
)
from server_bridge.store.alerts.alerts import (
    Alert,
    find_alert,
    open_alerts,
    raise_alert,
    raised_since,
    resolve,
)
from server_bridge.store.crossings.sightings import CrossingMarks
from server_bridge.store.database import Database, StoreError
from server_bridge.store.gates.gate_sheets import gate_sheets
from server_bridge.store.school.school_hours import all_hours
from server_bridge.store.units.tree import all_units, ancestry, gate_units

PERIOD_S = 10.0
QUIET_MS = 2 * MINUTE_MS
LONGEST_MS = 6 * MINUTE_MS
"""A message waits until nothing more has come for the first, but no longer than the second: what
takes sixty gates away does so within minutes."""
GAP_MS = 10 * MINUTE_MS
"""Between two messages of a channel about what began, and between two about what is over."""

log = structlog.get_logger()

Send = Callable[[AlertChannel, str, str], None]
"""Raises SendingError."""


@dataclass(frozen=True, slots=True)
class Rules:
    """`days` of the week (Monday 0) on which schools are open; `link` leads to the alerts' page."""

    zone: ZoneInfo
    days: frozenset[int]
    link: str


class AlertWatch:
    """`step` is one look. `certificates`: when each ends, UTC in ms, read anew at each look;
    `more`: what other rooms know to be wrong."""

    def __init__(
        self,
        database: Database,
        rules: Rules,
        channels: Channels,
        send: Send,
        certificates: Callable[[], Mapping[str, int]] = dict,
        more: Callable[[sa.Connection], Iterable[Trouble]] = lambda _: (),
    ) -> None:
        self._database = database
        self._rules = rules
        self._channels = channels
        self._send = send
        self._certificates = certificates
        self._more = more
        self._memory = Memory()
        self._marks = CrossingMarks()
        self._sightings = CardCrossings(date.min)
        self._clashes: dict[Key, Trouble] = {}
        self._failing = ""

    def run(self, stopping: threading.Event, now_ms: Callable[[], int]) -> None:
        """Look again and again. Neither the database nor a fault of ours ends it: crossings are
        taken in by the same process."""
        while not stopping.wait(PERIOD_S):
            try:
                self.step(now_ms())
                self._failing = ""
            except StoreError as error:
                self._say(str(error), None)
            except Exception as error:
                self._say(repr(error), error)

    def step(self, now_ms: int) -> None:
        """One look, and whatever has to be told. Raises StoreError."""
        decision = self._look(now_ms)
        with self._database.write() as connection:
            self._write(connection, decision, now_ms)
            known = self._known(connection, now_ms)
            for channel in self._channels.all:
                self._tell(connection, channel, "raised", known, now_ms)
                self._tell(connection, channel, "resolved", known, now_ms)
            drop_overtaken(connection, now_ms)
            messages = due(connection, now_ms)
        self._memory = decision.memory
        for trouble in decision.begun:
            self._clashes.pop(trouble.key, None)
        self._deliver(messages, now_ms)

    def _look(self, now_ms: int) -> AlertDecision:
        with self._database.read() as connection:
            everywhere = [unit.unit_id for unit in all_units(connection)]
            seen = observe(
                gate_sheets(connection, now_ms, everywhere), self._certificates(), now_ms
            )
            opened = [_open(alert) for alert in open_alerts(connection)]
            lately = raised_since(connection, AlertKind.SHARED_CARD, now_ms - SHARED_FORGOTTEN_MS)
            today = local_day(now_ms, self._rules.zone)
            if today != self._sightings.day:
                self._sightings = CardCrossings(today)
            for clash in self._sightings.add(self._marks.new(connection, today)):
                if clash.later.card_id not in lately:
                    trouble = _of_clash(clash)
                    self._clashes.setdefault(trouble.key, trouble)
            more = tuple(self._more(connection))
            is_awake = awake(all_hours(connection), self._rules.days, now_ms, self._rules.zone)
        seen = replace(seen, troubles=(*seen.troubles, *self._clashes.values(), *more))
        return decide(seen, opened, self._memory, now_ms, is_awake)

    def _write(self, connection: sa.Connection, decision: AlertDecision, now_ms: int) -> None:
        for one in decision.begun:
            number = raise_alert(
                connection,
                one.kind,
                one.subject,
                one.unit_id,
                since_ms=min(one.since_ms, decision.memory.there.get(one.key, now_ms)),
                now_ms=now_ms,
                detail=one.detail,
            )
            log.info("alert", number=number, kind=one.kind, unit=one.unit_id)
        if decision.over:
            resolve(connection, [alert.alert for alert in decision.over], now_ms)
            log.info("alerts over", numbers=[alert.alert for alert in decision.over])

    def _tell(
        self,
        connection: sa.Connection,
        channel: AlertChannel,
        news: News,
        known: MessageContext,
        now_ms: int,
    ) -> None:
        found = map(partial(find_alert, connection), untold(connection, channel.name, news))
        fresh = [
            alert
            for alert in found
            if alert
            and channel.hears(AlertKind(alert.kind), known.lines.get(alert.unit_id or "", ()))
        ]
        if fresh and self._is_time(connection, channel, news, fresh, now_ms):
            fresh.sort(key=lambda alert: alert.alert)
            words = compose(news, fresh, known, Formats(channel.language, self._rules.zone))
            numbers = [alert.alert for alert in fresh]
            make_message(connection, channel.name, news, numbers, words, now_ms)

    def _known(self, connection: sa.Connection, now_ms: int) -> MessageContext:
        return MessageContext(
            names={unit.unit_id: unit.name for unit in all_units(connection)},
            lines=ancestry(connection),
            gates=len(gate_units(connection)),
            link=self._rules.link,
            today=local_day(now_ms, self._rules.zone),
        )

    def _is_time(
        self,
        connection: sa.Connection,
        channel: AlertChannel,
        news: News,
        fresh: list[Alert],
        now_ms: int,
    ) -> bool:
        times = [(a.raised_ms if news == "raised" else a.resolved_ms) or now_ms for a in fresh]
        is_whole = now_ms - max(times) >= QUIET_MS or now_ms - min(times) >= LONGEST_MS
        return is_whole and now_ms - last_made_ms(connection, channel.name, news) >= GAP_MS

    def _deliver(self, messages: list[AlertMessage], now_ms: int) -> None:
        failed = set()
        for message in messages:
            if message.channel in failed:
                continue
            error = self._try(message)
            if error:
                failed.add(message.channel)
                log.warning("alert not sent", channel=message.channel, error=error)
            with self._database.write() as connection:
                if error:
                    note_failed(connection, message, error, now_ms)
                else:
                    note_sent(connection, message.message, now_ms)

    def _try(self, message: AlertMessage) -> str:
        """Why it could not be sent; empty if it was."""
        channel = self._channels.find(message.channel)
        if channel is None:
            return "there is no such channel any more"
        try:
            self._send(channel, message.title, message.body)
        except SendingError as error:
            return str(error)
        return ""

    def _say(self, what: str, error: Exception | None) -> None:
        if what != self._failing:
            self._failing = what
            log.error("alerts", error=what, exc_info=error)


def _open(alert: Alert) -> Open:
    return Open(
        alert.alert,
        AlertKind(alert.kind),
        alert.subject,
        alert.unit_id,
        alert.raised_ms,
        alert.acknowledged_ms is not None,
    )


def _of_clash(clash: ImpossibleTravel) -> Trouble:
    later = clash.later
    gates = f"{clash.earlier.gate_id}, {later.gate_id}"
    return Trouble(AlertKind.SHARED_CARD, later.card_id, later.unit_id, later.at_ms, gates)
