"""One run: a seed decides who acts next, what fails, and where."""

import random
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path

from gate_contract.crossing import Direction
from tests.simulation import cards
from tests.simulation.broker import Broker
from tests.simulation.checks import healed_faults, is_settled, mark_fault
from tests.simulation.clocks import LIES_MS
from tests.simulation.district import GATE_IDS, ZONE, SimDistrict
from tests.simulation.gate import Habits, SimGate
from tests.simulation.parts import Parts
from tests.simulation.perils import Perils
from tests.simulation.times import time_faults
from tests.simulation.trace import Trace

HEALING_STEPS = 500
HEALING_MS = 2_000


class Violation(Exception):  # noqa: N818 (what is looked for, not an error of the simulation)
    """Something that must hold did not."""


class World:
    """Two gates of one school, a broker and the district."""

    def __init__(
        self, seed: int, folder: Path, district: SimDistrict, parts: Parts, trace: Trace
    ) -> None:
        self.chance = random.Random(seed)
        self.trace = trace
        self.violation: str | None = None
        say = self.trace.say
        self.perils = Perils(self.chance, say)
        self.broker = Broker(self.chance, self.perils, say, self.report)
        # A short retention and a restored backup exclude each other, as the settings' text says.
        self.prunes = self.chance.random() < 0.3
        habits = Habits(
            direction=self.chance.choice([None, None, Direction.IN]),
            repeat_window_ms=self.chance.choice([2_000, 60_000]),
            keep_days=0 if self.prunes else 30,
        )
        self.gates = [
            SimGate(
                gate_id,
                folder,
                self.broker,
                self.perils,
                say,
                parts,
                habits,
                ZONE,
                cards.keys(),
                self.chance,
            )
            for gate_id in GATE_IDS[: self.chance.choice([1, 2])]
        ]
        self.district = district
        district.begin(folder, self.broker, self.perils, say, parts, lambda: trace.now_ms)
        district.publishes = self.chance.random() < 0.3
        faults = [(h, w * self.chance.choice([0, 0, 1, 4])) for h, w in _FAULTS]
        self._day = _Odds(_WORK + faults)
        self._evening = _Odds(_UNATTENDED + faults)
        self.perils.kill_rate = self.chance.choice([0.0, 0.003, 0.02])
        self.perils.fail_rate = self.chance.choice([0.0, 0.0, 0.01])

    def report(self, violation: str) -> None:
        """Record the first violation."""
        if self.violation is None:
            self.violation = violation
            self.trace.say("VIOLATION", violation)

    def run(self) -> None:
        """Run, recover, and check. Raises Violation."""
        if not self.prunes and self.chance.random() < 0.5:
            self.district.back_up()
        self._live(self._day, self.chance.randint(40, 200))
        if self.chance.random() < 0.5:
            self._settle()
        # Nobody comes any more, so that no new record draws up what is missing.
        self._live(self._evening, self.chance.randint(0, 40))
        self._heal()
        for fault in healed_faults(self.gates, self.district):
            self.report(fault)
        for fault in time_faults(self.gates, self.district, self.trace.now_ms):
            self.report(fault)
        self._stop_if_violated()

    def close(self) -> None:
        """Close all files."""
        self.perils.active = False
        for gate in self.gates:
            gate.end()
        self.district.end()

    def _stop_if_violated(self) -> None:
        if self.violation:
            raise Violation(self.violation)

    # -- what may happen

    def _live(self, odds: "_Odds", steps: int) -> None:
        self.perils.active = True
        for _ in range(steps):
            odds.pick(self.chance)(self)
            self._stop_if_violated()
        self.perils.active = False

    def _gate(self) -> SimGate:
        return self.chance.choice(self.gates)

    def _pass(self, ms: int) -> None:
        self.trace.now_ms += ms
        for gate in self.gates:
            gate.clock.true_ms = self.trace.now_ms

    def scan(self) -> None:
        people = self.chance.sample(cards.genuine(), self.chance.choice([1, 1, 1, 2]))
        self._pass(self.chance.randint(1, 3_000))
        self._gate().see(people)

    def scan_foreign(self) -> None:
        self._pass(self.chance.randint(1, 3_000))
        self._gate().see([cards.foreign()])

    def tend(self) -> None:
        self._gate().tend()

    def deliver(self) -> None:
        gate = self._gate()
        gate.deliver()
        fault = mark_fault(gate, self.district)
        if fault:
            self.report(fault)

    def ingest(self) -> None:
        self.district.step()

    def carry(self) -> None:
        for _ in range(self.chance.randint(1, 6)):
            self.broker.carry()

    def wait(self) -> None:
        self._pass(self.chance.choice([100, 1_000, 10_000, 40_000, 600_000]))

    def night(self) -> None:
        self.trace.say("world", "a night passes")
        self._pass(self.chance.randint(8, 30) * 3_600_000)

    def synchronise(self) -> None:
        self._gate().clock.synchronise()

    def clock_lie(self) -> None:
        lie = self.chance.choice(sorted(LIES_MS))
        gate = self._gate()
        by_time_server = self.chance.random() < 0.4
        self.trace.say(gate.gate_id, f"clock {lie}, by {'server' if by_time_server else 'hand'}")
        if by_time_server:
            gate.clock.synchronise(lie)
        else:
            gate.clock.set_by_hand(lie)

    def kill_gate_part(self) -> None:
        gate, part = self._gate(), self.chance.choice(["scan", "uplink"])
        self.trace.say(gate.gate_id, f"{part} killed")
        gate.kill(part)

    def power_cut(self) -> None:
        gate = self._gate()
        self.trace.say(gate.gate_id, "POWER CUT")
        gate.power_cut()

    def kill_bridge(self) -> None:
        self.trace.say("bridge", "killed")
        self.district.kill()

    def cut_network(self) -> None:
        gate = self._gate()
        reachable = gate.gate_id in self.broker.unreachable
        self.trace.say(gate.gate_id, "network back" if reachable else "network cut")
        if reachable:
            self.broker.unreachable.discard(gate.gate_id)
        else:
            self.broker.unreachable.add(gate.gate_id)
            self.broker.cut_gate(gate.gate_id)

    def kill_broker(self) -> None:
        if self.broker.up:
            self.broker.kill(self.chance.choice(["all", "saved", "nothing"]))
        else:
            self.broker.up = True
            self.trace.say("broker", "is back")

    def save_broker(self) -> None:
        self.broker.save()

    def haunt(self) -> None:
        self.broker.haunt()

    def mislead(self) -> None:
        self.broker.mislead()

    def back_up(self) -> None:
        if not self.prunes:
            self.district.back_up()

    def restore(self) -> None:
        if self.district.backups:
            self.district.restore(self.chance.choice(self.district.backups))

    def new_sd_card(self) -> None:
        self._gate().new_sd_card()

    def old_sd_card(self) -> None:
        gate = self._gate()
        gate.old_sd_card(self.chance.randrange(len(gate.sd_cards)))

    # -- and how it ends

    def _heal(self) -> None:
        """Repair everything, and insert each old SD card once."""
        for turn in range(max(len(gate.sd_cards) for gate in self.gates)):
            for gate in self.gates:
                if turn and turn < len(gate.sd_cards):
                    gate.old_sd_card(0)
                # A clock that is set is one more record, which would bring up all others.
                if self.chance.random() < 0.5:
                    gate.clock.synchronise()
            self._settle()

    def _settle(self) -> None:
        self.trace.say("world", "everything is mended")
        self.broker.up = True
        self.broker.unreachable.clear()
        for _ in range(HEALING_STEPS):
            self._pass(HEALING_MS)
            for gate in self.gates:
                gate.tend()
                gate.deliver()
            while self.broker.carry():
                pass
            self.district.step()
            while self.broker.carry():
                pass
            heads = self.district.heads
            if all(is_settled(gate, heads) for gate in self.gates):
                return
        for gate in self.gates:
            if not is_settled(gate, heads):
                self.report(f"{gate.gate_id} and the district do not come to agree")
        self._stop_if_violated()


_Happening = tuple[Callable[[World], None], float]


class _Odds:
    """What may happen next, and its probability."""

    def __init__(self, happenings: list[_Happening]) -> None:
        self._happenings = [happening for happening, _ in happenings]
        self._weights = list(accumulate(weight for _, weight in happenings))

    def pick(self, chance: random.Random) -> Callable[[World], None]:
        return chance.choices(self._happenings, cum_weights=self._weights)[0]


_UNATTENDED: list[_Happening] = [
    (World.tend, 6),
    (World.deliver, 28),
    (World.ingest, 18),
    (World.carry, 30),
    (World.wait, 10),
    (World.synchronise, 1),
    (World.save_broker, 1),
    (World.back_up, 2),
]
_WORK = [(World.scan, 22.0), (World.scan_foreign, 1.0), *_UNATTENDED]
_FAULTS: list[_Happening] = [
    (World.night, 1),
    (World.clock_lie, 1),
    (World.kill_gate_part, 1),
    (World.power_cut, 1),
    (World.kill_bridge, 1),
    (World.cut_network, 1),
    (World.kill_broker, 1),
    (World.haunt, 1),
    (World.mislead, 0.5),
    (World.restore, 1),
    (World.new_sd_card, 0.4),
    (World.old_sd_card, 0.4),
]
"""Each run has some of them often and others never.

So the effects of one fault are not undone at once by the next.
"""
