"""gate-uplink's main loop: connect, publish from the ledger, mark receipts, tell health."""

import random
from collections.abc import Callable

import structlog
from msgspec.structs import replace

from device.clock import ClockReader
from device.ledger.delivering import UplinkLedger
from device.ledger.file import LedgerError
from device.orders.intake import OrdersIntake
from device.timekeeping import Reading
from device.uplink import outbox
from device.uplink.outbox import SLOWEST_RECEIPT_MS, Meaning, Outbox
from device.uplink.rosters import RosterIntake
from device.uplink.salvaged import Salvaged
from device.uplink.session import (
    TAKEN_OVER,
    Arrived,
    Connected,
    Ended,
    Event,
    Refused,
    Session,
    SessionError,
)
from device.uplink.telling import Told, describe, is_news
from gate_contract.crossing import Batch, encode_batch
from gate_contract.errors import ContractError
from gate_contract.gate_log import GateLog, encode_log
from gate_contract.health import OFFLINE, ScanHealth, State, UpdateHealth, encode_health
from gate_contract.orders import LogRequest
from gate_contract.receipt import Receipt, decode_receipt
from gate_contract.topics import ROSTERS, Channel

IDLE_S = 0.2
"""How often the ledger is looked at for new records while nothing else happens."""
LEDGER_PAUSE_MS = 1_000
"""Before a ledger that failed is opened again."""
PRUNE_MS = 600_000
PAUSES_MS = (1_000, 2_000, 5_000, 10_000, 30_000)
"""Between attempts to connect, the last one from then on; half of it again is left to chance, so
that a district's gates do not all come at once when its network is back."""
STEADY_MS = 30_000
"""A connection that ends sooner than this counts as one more failure, so that two devices with one
identity, which push each other out, do so ever more slowly."""
CONFIRMED_MS = 20_000
"""A contradiction that the district repeats after this long is no accident. It answers each health
that tells of another mark than its own, so it does repeat itself."""
DAY_MS = 86_400_000

log = structlog.get_logger()


class UplinkLoop:
    """One `step` is one event or one short wait. No failure of network or ledger ends it."""

    def __init__(
        self,
        open_ledger: Callable[[], UplinkLedger],
        open_session: Callable[[], Session],
        clock: ClockReader,
        read_scan: Callable[[Reading], ScanHealth | None],
        keep_days: int,
        chance: random.Random,
        open_salvaged: Callable[[], Salvaged] | None = None,
        sign: Callable[[Batch], str | None] = lambda _batch: None,
        rosters: RosterIntake | None = None,
        orders: OrdersIntake | None = None,
        report: Callable[[Reading, State, State, str], None] = lambda *_: None,
        read_log: Callable[[LogRequest], GateLog] = lambda wanted: GateLog(wanted.number, []),
        self_test: Callable[[Reading, ScanHealth | None], dict[str, State]] = lambda *_: {},
        read_update: Callable[[], UpdateHealth | None] = lambda: None,
    ) -> None:
        self._open_ledger = open_ledger
        self._open_session = open_session
        self._clock = clock
        self._read_scan = read_scan
        self._keep_ms = keep_days * DAY_MS
        self._chance = chance
        self._open_salvaged = open_salvaged
        self._sign = sign
        self._rosters = rosters
        self._orders = orders
        self._report = report
        self._read_log = read_log
        self._self_test = self_test
        self._read_update = read_update
        self._network: State = "unknown"
        self._salvaged: Salvaged | None = None
        self._ledger: UplinkLedger | None = None
        self._ledger_id = ""
        self._ledger_fault = ""
        self._ledger_retry_up_ms = 0
        self._session: Session | None = None
        self._connected = False
        self._since_up_ms = 0
        self._outbox = Outbox(0, 0)
        self._kept_mark = 0
        self._failures = 0
        self._retry_up_ms = 0
        self._told: Told | None = None
        self._pruned_up_ms = 0
        self._contradicted: tuple[int, Receipt] | None = None
        self._said = ""

    def step(self, sleep: Callable[[float], object]) -> None:
        """Do what can be done now, then wait up to `IDLE_S` for something to happen."""
        reading = self._clock.read()
        session = self._ready_session(reading)
        if self._orders and not self._connected:
            self._orders.waited(reading)
        self._report(reading, self._network, self._broker_state(), self._said)
        if session is None:
            sleep(IDLE_S)
            return
        busy = self._with_ledger(
            lambda ledger: self._publish_next(session, ledger, reading), reading
        )
        event = session.wait(0 if busy else IDLE_S)
        while event is not None:
            self._handle(event, reading)
            event = session.wait(0)
        self._wait(reading)
        if self._rosters:
            self._rosters.tend(reading.up_ms)
        self._send_log(session)
        self._with_ledger(self._keep_mark, reading)
        self._with_ledger(lambda ledger: self._prune(ledger, reading), reading)
        self._tell_health(reading)

    def close(self) -> None:
        """Say that the gate goes offline, and leave."""
        if self._session and self._connected:
            self._session.publish(Channel.HEALTH, encode_health(OFFLINE), retain=True)
        if self._session:
            self._session.close()
        if self._ledger:
            self._ledger.close()

    def _with_ledger(self, work: Callable[[UplinkLedger], bool], reading: Reading) -> bool:
        """Do `work` on the ledger. One that fails is closed and opened again a while later; the
        connection lives on, for it is what tells the district that storage has failed."""
        try:
            if self._ledger and self._ledger.is_replaced():
                self._say("ledger", "gate-scan has begun a new one")
                self._ledger.close()
                self._ledger = None
            if self._ledger is None:
                if reading.up_ms < self._ledger_retry_up_ms:
                    return False
                self._ledger = self._take_up(self._open_ledger())
            done = work(self._ledger)
        except LedgerError as error:
            self._say("ledger", str(error))
            self._ledger_fault = str(error)
            self._ledger_retry_up_ms = reading.up_ms + LEDGER_PAUSE_MS
            if self._ledger:
                self._ledger.close()
            self._ledger = None
            return False
        self._ledger_fault = ""
        return done

    def _take_up(self, ledger: UplinkLedger) -> UplinkLedger:
        # What was learnt of the same ledger stays: a mark that a full disk would not keep must not
        # make this gate send its window over and over.
        if ledger.ledger_id != self._ledger_id:
            mark = ledger.receipted()
            self._ledger_id, self._outbox = ledger.ledger_id, Outbox(mark, mark)
            self._kept_mark = mark
            self._salvaged = self._open_salvaged() if self._open_salvaged else None
            self._told = None
        return ledger

    def _wait(self, reading: Reading) -> None:
        before = self._outbox
        self._outbox = outbox.waited(self._outbox, reading.up_ms)
        if self._salvaged:
            self._salvaged.waited(reading.up_ms)
        if self._outbox is not before and self._outbox.patience_ms == SLOWEST_RECEIPT_MS:
            self._end_session(0, "no receipt for minutes; a new connection is tried", reading)

    def _ready_session(self, reading: Reading) -> Session | None:
        if self._session is None and reading.up_ms >= self._retry_up_ms:
            try:
                self._session = self._open_session()
            except SessionError as error:
                self._network = "failed" if error.no_network else "ok"
                self._say("network", str(error))
                self._pause(reading)
        return self._session

    def _broker_state(self) -> State:
        if self._connected:
            return "ok"
        return "failed" if self._failures else "unknown"

    def _pause(self, reading: Reading) -> None:
        pause_ms = PAUSES_MS[min(self._failures, len(PAUSES_MS) - 1)]
        self._failures += 1
        self._retry_up_ms = reading.up_ms + pause_ms + self._chance.randrange(pause_ms // 2)

    def _publish_next(self, session: Session, ledger: UplinkLedger, reading: Reading) -> bool:
        if not self._connected:
            return False
        span = outbox.next_span(self._outbox, ledger.oldest(), ledger.head()[0])
        if span is None:
            saved = self._salvaged.next_batch(reading.up_ms) if self._salvaged else None
            if saved:
                self._send(session, saved)
            return saved is not None
        batch = ledger.batch(span.first, span.last)
        self._send(session, batch)
        self._outbox = outbox.published(self._outbox, span, reading.up_ms)
        return True

    def _send(self, session: Session, batch: Batch) -> None:
        signed = replace(batch, signature=self._sign(batch))
        session.publish(Channel.CROSSINGS, encode_batch(signed))

    def _handle(self, event: Event, reading: Reading) -> None:
        match event:
            case Connected():
                self._connected = True
                self._network = "ok"
                if self._orders:
                    self._orders.connected()
                self._since_up_ms = reading.up_ms
                self._outbox = outbox.reconnected(self._outbox)
                if self._salvaged:
                    self._salvaged.reconnected()
                self._told = None
                self._say("network", "connected")
            case Ended(code, reason):
                self._end_session(code, reason, reading)
            case Refused(reason):
                self._say("network", f"the broker refused: {reason}. Is the gate registered?")
            case Arrived(Channel.RECEIPT, payload):
                self._with_ledger(
                    lambda ledger: self._take_receipt(payload, ledger, reading), reading
                )
            case Arrived(channel, payload) if self._rosters and channel in ROSTERS:
                self._rosters.take(payload, reading.up_ms)
            case Arrived(Channel.COMMAND, payload) if self._orders:
                self._orders.take(payload)
            case Arrived(channel, _):
                log.info("not understood", channel=channel)

    def _end_session(self, code: int, reason: str, reading: Reading) -> None:
        if self._session:
            self._session.close()
        self._session = None
        if self._connected and reading.up_ms - self._since_up_ms >= STEADY_MS:
            self._failures = 0
        self._connected = False
        if code == TAKEN_OVER:
            reason = "another device uses this gate's identity; give each its own"
        self._say("network", f"disconnected: {reason}")
        self._pause(reading)

    def _take_receipt(self, payload: bytes, ledger: UplinkLedger, reading: Reading) -> bool:
        try:
            receipt = decode_receipt(payload)
        except ContractError as error:
            log.warning("receipt not understood", error=str(error))
            return False
        if self._salvaged and self._salvaged.take(receipt, reading.up_ms):
            return False
        before = self._outbox.mark
        self._outbox, meaning = outbox.received(
            self._outbox,
            receipt,
            ledger_id=ledger.ledger_id,
            head=ledger.head()[0],
            chain_there=ledger.chain_at(receipt.stored_through),
            up_ms=reading.up_ms,
        )
        if meaning in (Meaning.REWOUND, Meaning.WRONG_HASH, Meaning.AHEAD):
            log.warning("receipt", meaning=meaning, through=receipt.stored_through, mark=before)
        self._weigh(receipt, meaning, ledger, reading)
        return self._outbox.mark != before

    def _weigh(
        self, receipt: Receipt, meaning: Meaning, ledger: UplinkLedger, reading: Reading
    ) -> None:
        """Doubt the ledger once the district has contradicted it twice, some time apart: one
        receipt may be stale or false, and to set aside a good ledger is to lose what it holds."""
        if meaning in (Meaning.ADVANCED, Meaning.UNCHANGED, Meaning.REWOUND):
            self._contradicted = None
        elif meaning in (Meaning.WRONG_HASH, Meaning.AHEAD):
            since_up_ms, said = self._contradicted or (reading.up_ms, receipt)
            if said != receipt:
                since_up_ms = reading.up_ms
            self._contradicted = (since_up_ms, receipt)
            if reading.up_ms - since_up_ms >= CONFIRMED_MS:
                ledger.doubt_as_forked()

    def _keep_mark(self, ledger: UplinkLedger) -> bool:
        """Write the mark down. One that a full disk would not keep is tried again: there may never
        be another receipt."""
        if self._outbox.mark == self._kept_mark:
            return False
        ledger.set_receipted(self._outbox.mark)
        self._kept_mark = self._outbox.mark
        return True

    def _prune(self, ledger: UplinkLedger, reading: Reading) -> bool:
        if reading.up_ms - self._pruned_up_ms < PRUNE_MS:
            return False
        done = not ledger.prune(self._keep_ms)
        if done:
            self._pruned_up_ms = reading.up_ms
        return not done

    def _tell_health(self, reading: Reading) -> None:
        if not (self._session and self._connected):
            return
        roster_fault = self._rosters.fault if self._rosters else ""
        now = Told(
            reading.up_ms,
            self._read_scan(reading),
            self._ledger_fault,
            roster_fault,
            self._orders.settings_version if self._orders else 0,
            self._orders.fault if self._orders else "",
            self._read_update(),
        )
        if is_news(now, self._told):
            self._told = now
            found = self._self_test(reading, now.scan)
            health = describe(now, reading, self._ledger, self._outbox.mark, found)
            self._session.publish(Channel.HEALTH, encode_health(health), retain=True)

    def _send_log(self, session: Session) -> None:
        wanted = self._orders.logs if self._orders and self._connected else None
        if self._orders and wanted:
            session.publish(Channel.LOG, encode_log(self._read_log(wanted)))
            self._orders.logs_were_sent(wanted.number)

    def _say(self, about: str, text: str) -> None:
        """Log a change of state once, not every time round."""
        if text != self._said:
            self._said = text
            log.info(about, state=text)
