"""The main loop of gate-uplink: connect, deliver, process messages, publish health."""

import random
from collections.abc import Callable
from functools import partial

import structlog
from msgspec.structs import replace

from device.clock import ClockReader
from device.ledger.uplink_ledger import UplinkLedger
from device.orders.intake import OrdersIntake
from device.timekeeping import ClockReading
from device.uplink.delivery import Delivery
from device.uplink.health_report import ReportedHealth, describe, is_news
from device.uplink.roster_intake import RosterIntake
from device.uplink.salvage_delivery import SalvageDelivery
from device.uplink.session import (
    TAKEN_OVER,
    Arrived,
    Connected,
    Disconnected,
    Event,
    PublishRefused,
    Session,
    SessionError,
)
from gate_contract.crossing import Batch, encode_batch
from gate_contract.gate_log import GateLog, encode_log
from gate_contract.health import OFFLINE, ScanHealth, State, UpdateHealth, encode_health
from gate_contract.orders import LogRequest
from gate_contract.topics import ROSTERS, GateChannel

IDLE_S = 0.2
"""The interval at which the ledger is read for new records while nothing else happens."""
PAUSES_MS = (1_000, 2_000, 5_000, 10_000, 30_000)
"""Pauses between attempts to connect, the last one from then on.

Up to half of it is added at random, so that the gates of a district do not all connect at once when
its network is back.
"""
STEADY_MS = 30_000
"""A connection that ends sooner counts as one more failure.

Two devices with one identity disconnect each other; so they do it ever more slowly.
"""

log = structlog.get_logger()


class UplinkLoop:
    """One `step` is one event or one short wait. No failure of network or ledger ends it."""

    def __init__(
        self,
        open_ledger: Callable[[], UplinkLedger],
        open_session: Callable[[], Session],
        clock: ClockReader,
        read_scan: Callable[[ClockReading], ScanHealth | None],
        keep_days: int,
        chance: random.Random,
        open_salvaged: Callable[[], SalvageDelivery] | None = None,
        sign: Callable[[Batch], str | None] = lambda _batch: None,
        rosters: RosterIntake | None = None,
        orders: OrdersIntake | None = None,
        report: Callable[[ClockReading, State, State, str], None] = lambda *_: None,
        read_log: Callable[[LogRequest], GateLog] = lambda wanted: GateLog(wanted.number, []),
        self_test: Callable[[ClockReading, ScanHealth | None], dict[str, State]] = lambda *_: {},
        read_update: Callable[[], UpdateHealth | None] = lambda: None,
    ) -> None:
        self._delivery = Delivery(open_ledger, open_salvaged, keep_days, self._log_state)
        self._open_session = open_session
        self._clock = clock
        self._read_scan = read_scan
        self._chance = chance
        self._sign = sign
        self._rosters = rosters
        self._orders = orders
        self._report = report
        self._read_log = read_log
        self._self_test = self_test
        self._read_update = read_update
        self._network: State = "unknown"
        self._session: Session | None = None
        self._connected = False
        self._since_up_ms = 0
        self._failures = 0
        self._retry_up_ms = 0
        self._last_report: ReportedHealth | None = None
        self._state_text = ""

    def step(self, sleep: Callable[[float], object]) -> None:
        """Do what can be done now, then wait up to `IDLE_S` for an event."""
        reading = self._clock.read()
        session = self._ready_session(reading)
        if self._orders and not self._connected:
            self._orders.waited(reading)
        self._report(reading, self._network, self._broker_state(), self._state_text)
        if session is None:
            sleep(IDLE_S)
            return
        busy = self._connected and self._delivery.send_next(partial(self._send, session), reading)
        event = session.wait(0 if busy else IDLE_S)
        while event is not None:
            self._handle(event, reading)
            event = session.wait(0)
        if self._delivery.waited(reading):
            self._end_session(0, "no receipt for minutes; trying a new connection", reading)
        if self._rosters:
            self._rosters.tend(reading.up_ms)
        self._send_log(session)
        self._delivery.tend(reading)
        self._publish_health(reading)

    def close(self) -> None:
        """Publish that the gate goes offline, and disconnect."""
        if self._session and self._connected:
            self._session.publish(GateChannel.HEALTH, encode_health(OFFLINE), retain=True)
        if self._session:
            self._session.close()
        self._delivery.close()

    def _ready_session(self, reading: ClockReading) -> Session | None:
        if self._session is None and reading.up_ms >= self._retry_up_ms:
            try:
                self._session = self._open_session()
            except SessionError as error:
                self._network = "failed" if error.no_network else "ok"
                self._log_state("network", str(error))
                self._pause(reading)
        return self._session

    def _broker_state(self) -> State:
        if self._connected:
            return "ok"
        return "failed" if self._failures else "unknown"

    def _pause(self, reading: ClockReading) -> None:
        pause_ms = PAUSES_MS[min(self._failures, len(PAUSES_MS) - 1)]
        self._failures += 1
        self._retry_up_ms = reading.up_ms + pause_ms + self._chance.randrange(pause_ms // 2)

    def _send(self, session: Session, batch: Batch) -> None:
        signed = replace(batch, signature=self._sign(batch))
        session.publish(GateChannel.CROSSINGS, encode_batch(signed))

    def _handle(self, event: Event, reading: ClockReading) -> None:
        match event:
            case Connected():
                self._connected = True
                self._network = "ok"
                if self._orders:
                    self._orders.connected()
                self._since_up_ms = reading.up_ms
                self._delivery.reconnected()
                self._last_report = None
                self._log_state("network", "connected")
            case Disconnected(code, reason):
                self._end_session(code, reason, reading)
            case PublishRefused(reason):
                self._log_state("network", f"the broker refused: {reason}. Is the gate registered?")
            case Arrived(GateChannel.RECEIPT, payload):
                self._delivery.take(payload, reading)
            case Arrived(channel, payload) if self._rosters and channel in ROSTERS:
                self._rosters.take(payload, reading.up_ms)
            case Arrived(GateChannel.COMMAND, payload) if self._orders:
                self._orders.take(payload)
            case Arrived(channel, _):
                log.info("unexpected message", channel=channel)

    def _end_session(self, code: int, reason: str, reading: ClockReading) -> None:
        if self._session:
            self._session.close()
        self._session = None
        if self._connected and reading.up_ms - self._since_up_ms >= STEADY_MS:
            self._failures = 0
        self._connected = False
        if code == TAKEN_OVER:
            reason = "another device uses this gate's identity; give each its own"
        self._log_state("network", f"disconnected: {reason}")
        self._pause(reading)

    def _publish_health(self, reading: ClockReading) -> None:
        if not (self._session and self._connected):
            return
        roster_fault = self._rosters.fault if self._rosters else ""
        now = ReportedHealth(
            reading.up_ms,
            self._read_scan(reading),
            self._delivery.fault,
            roster_fault,
            self._orders.settings_version if self._orders else 0,
            self._orders.fault if self._orders else "",
            self._delivery.ledger_id,
            self._read_update(),
        )
        if is_news(now, self._last_report):
            self._last_report = now
            found = self._self_test(reading, now.scan)
            health = describe(now, reading, self._delivery.ledger, self._delivery.mark, found)
            self._session.publish(GateChannel.HEALTH, encode_health(health), retain=True)

    def _send_log(self, session: Session) -> None:
        wanted = self._orders.logs if self._orders and self._connected else None
        if self._orders and wanted:
            session.publish(GateChannel.LOG, encode_log(self._read_log(wanted)))
            self._orders.mark_log_sent(wanted.number)

    def _log_state(self, about: str, text: str) -> None:
        """Log a change of state once, not in every step."""
        if text != self._state_text:
            self._state_text = text
            log.info(about, state=text)
