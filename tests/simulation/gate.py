"""A gate: its SD cards, its clock, and its two processes."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from device.config import LEDGER_NAME
from device.ledger.file import LedgerError, LedgerFile
from device.ledger.scan_ledger import ScanLedger
from device.ledger.uplink_ledger import UplinkLedger
from device.ledger.verified_open import LedgerOpener
from device.scan.gatekeeper import Gatekeeper
from device.scan.verdict import Policy
from device.timekeeping import ClockReading
from device.uplink.loop import UplinkLoop
from device.uplink.salvage_delivery import SalvageDelivery
from gate_contract.crossing import Direction
from gate_contract.health import ScanHealth
from gate_contract.verdicts import CROSSINGS, Verdict
from tests.simulation.broker import Broker, SimGateSession
from tests.simulation.cards import Sample
from tests.simulation.clocks import GateClock
from tests.simulation.parts import Parts, Say
from tests.simulation.perils import Killed, Perils, TappedConnection


@dataclass(frozen=True, slots=True)
class Green:
    """A green light, with what its record must say."""

    gate_id: str
    ledger_id: str
    boot_id: str
    up_ms: int
    card_id: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Habits:
    """The configuration of a gate in this run."""

    direction: Direction | None
    repeat_window_ms: int
    keep_days: int


class SimGate:
    """A gate that runs one part at a time; a part that is killed, or has no power, is gone."""

    def __init__(
        self,
        gate_id: str,
        folder: Path,
        broker: Broker,
        perils: Perils,
        say: Say,
        parts: Parts,
        habits: Habits,
        zone: ZoneInfo,
        keys: dict[int, Ed25519PublicKey],
        chance: random.Random,
    ) -> None:
        self.gate_id = gate_id
        self.clock = GateClock(chance)
        self.greens: list[Green] = []
        self.boots: dict[str, int] = {}
        """The true time at which each boot began."""
        self.sd_cards: list[Path] = []
        self._folder, self._broker, self._perils, self._say = folder, broker, perils, say
        self._parts, self._habits, self._zone, self._keys = parts, habits, zone, keys
        self._chance = chance
        self.keeper: Gatekeeper | None = None
        self.uplink: UplinkLoop | None = None
        self._connections: dict[str, list[TappedConnection]] = {"scan": [], "uplink": []}
        self._session: SimGateSession | None = None
        self._onlooker: UplinkLedger | None = None
        self.new_sd_card()

    @property
    def path(self) -> Path:
        """The ledger on the SD card in use."""
        return self.sd_cards[-1] / LEDGER_NAME

    # -- what a technician does

    def new_sd_card(self) -> None:
        """Insert a freshly flashed SD card; the old ones are kept."""
        self.power_cut()
        card = self._folder / f"{self.gate_id}-card{len(self.sd_cards) + 1}"
        self.sd_cards.append(card)
        self._say(self.gate_id, f"new SD card {card.name}")

    def old_sd_card(self, number: int) -> None:
        """Insert SD card `number` of the old ones again."""
        self.power_cut()
        card = self.sd_cards.pop(number)
        self.sd_cards.append(card)
        self._say(self.gate_id, f"SD card {card.name} is back")

    def power_cut(self) -> None:
        """End both processes at once, and boot."""
        self.kill("scan")
        self.kill("uplink")
        self.clock.boot()

    def kill(self, part: str) -> None:
        """Kill one process."""
        if part == "scan":
            self.keeper = None
        else:
            self.uplink = None
            if self._session:
                self._broker.cut_gate(self.gate_id)
            self._session = None
        for connection in self._connections[part]:
            connection.close()
        self._connections[part].clear()

    # -- what the processes do

    def see(self, samples: list[Sample]) -> None:
        """Show cards: the keeper answers, and a green light is a promise."""
        reading = self.clock.read()
        self.boots[reading.boot_id] = self.clock.true_ms - reading.up_ms
        keeper = self._keeper()
        held = keeper._presentations.is_held
        samples = [s for s in samples if not held(s.card_id, reading.up_ms)]
        try:
            answers = keeper.see([s.code for s in samples], reading.up_ms, reading)
            verdicts = [answer.verdict for answer in answers]
            self._perils.meet(f"{self.gate_id} scan", "signal")
        except Killed:
            self.kill("scan")
            return
        self._say(f"{self.gate_id} scan", f"{[s.name for s in samples]} -> {[*map(str, verdicts)]}")
        if verdicts in ([], [Verdict.STORAGE_FAILED]):
            return
        ledger_id = keeper._ledger.ledger_id if keeper._ledger else ""
        self.greens += [
            Green(self.gate_id, ledger_id, reading.boot_id, reading.up_ms, s.card_id, str(verdict))
            for s, verdict in zip(samples, verdicts, strict=True)
            if verdict in CROSSINGS
        ]

    def tend(self) -> None:
        """Do the keeper's periodic work."""
        try:
            self._keeper().tend(self.clock.read())
        except Killed:
            self.kill("scan")

    def deliver(self) -> None:
        """Run one step of the uplink."""
        if self.uplink is None:
            self.uplink = self._parts.uplink_loop(
                open_ledger=self._open_uplink_ledger,
                open_session=self._open_session,
                clock=self.clock,
                read_scan=self._scan_health,
                keep_days=self._habits.keep_days,
                open_salvaged=lambda: SalvageDelivery(self.path.parent, self.gate_id),
                chance=self._chance,
            )
        try:
            self.uplink.step(lambda _s: None)
        except Killed:
            self.kill("uplink")

    def show_ledger(self, look: Callable[[LedgerFile], object]) -> None:
        """Call `look` with the ledger in use, if it exists."""
        if self._onlooker and (self._onlooker.path != self.path or self._onlooker.is_replaced()):
            self._onlooker.close()
            self._onlooker = None
        if self._onlooker is None:
            try:
                self._onlooker = UplinkLedger.open(self.path, self.gate_id)
            except LedgerError:
                return
        look(self._onlooker)

    def end(self) -> None:
        """Close all files."""
        self.power_cut()
        if self._onlooker:
            self._onlooker.close()

    def _keeper(self) -> Gatekeeper:
        if self.keeper is None:
            policy = Policy(self._habits.direction, self._habits.repeat_window_ms)
            opening = LedgerOpener(self.path, self.gate_id)
            self.keeper = self._parts.gatekeeper(
                policy, self._keys, self._zone, lambda: self._open_scan_ledger(opening)
            )
        return self.keeper

    def _open_scan_ledger(self, opening: LedgerOpener) -> ScanLedger:
        plain = opening()
        ledger = self._parts.scan_ledger(
            plain._connection, plain.path, plain.gate_id, plain.ledger_id
        )
        self._tap(ledger, "scan")
        return ledger

    def _open_uplink_ledger(self) -> UplinkLedger:
        ledger = self._parts.uplink_ledger.open(self.path, self.gate_id)
        self._tap(ledger, "uplink")
        return ledger

    def _tap(self, ledger: LedgerFile, part: str) -> None:
        tapped = TappedConnection(ledger._connection, self._perils, f"{self.gate_id} {part}")
        ledger._connection = tapped  # type: ignore[assignment]
        self._connections[part].append(tapped)

    def _open_session(self) -> SimGateSession:
        self._session = SimGateSession(self._broker, self.gate_id)
        return self._session

    def _scan_health(self, _reading: ClockReading) -> ScanHealth | None:
        if self.keeper is None:
            return None
        fault = self.keeper.storage_fault
        return ScanHealth(
            camera="ok",
            storage="failed" if fault else "ok",
            signals="ok",
            clock_trusted=self.keeper.clock_trusted,
        )


def look_into(path: Path, gate_id: str, look: Callable[[LedgerFile], object]) -> None:
    """Call `look` with the ledger at a path, if it exists."""
    try:
        ledger = LedgerFile.open(path, gate_id)
    except LedgerError:
        return
    try:
        look(ledger)
    finally:
        ledger.close()
