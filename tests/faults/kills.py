"""kill -9 of gate-scan, uplink and bridge, of the broker with all its files, and in mid-batch."""

import random
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from gate_contract import topics
from gate_contract.topics import GateChannel
from gate_contract.verdicts import CROSSINGS
from tests.end_to_end.passing import card_codes, passing
from tests.faults.arena import GATE, Arena
from tests.faults.outcome import Outcome, eventually

RECOVERY_S = 90
LISTENED, SENT = topics.every_gate(GateChannel.CROSSINGS), topics.gate(GATE, GateChannel.CROSSINGS)


def kills(folder: Path, tried: int, plants: dict[str, str] | None = None) -> Outcome:
    """Kill one process after the other at a random moment, and start it again.

    Real gate-scan on recorded frames, real uplink, broker, bridge. Recovered: it answers again, or
    a newer receipt is marked.
    """
    outcome = Outcome("kill -9 of gate-scan, uplink, bridge")
    chance = random.Random(1)
    with Arena(folder, plants=plants) as arena:
        arena.print_cards(GATE, 45)
        arena.change_config(GATE, 'path = "frames"', 'path = "frames"\nfps = 30.0')
        scan, uplink = f"scan {GATE}", f"uplink {GATE}"
        for name in ("broker", "bridge", scan, uplink):
            arena.start(name)
        assert eventually(lambda: arena.receipted() > 0, RECOVERY_S), "it never began"
        for number in range(tried):
            victim = (scan, uplink, "bridge")[number % 3]
            eventually(lambda: False, chance.random() / 2)  # any moment of what it does
            arena.kill(victim)
            working = _works(arena, victim)
            arena.start(victim)
            outcome.recovered(working, RECOVERY_S)
        arena.stop(scan)
        arena.settle(outcome, arena.answered(GATE))
    return outcome


def _works(arena: Arena, victim: str) -> Callable[[], bool]:
    if victim.startswith("scan"):
        before = arena.answered(GATE)
        return lambda: arena.answered(GATE) > before
    mark = arena.stored_and_receipted(GATE)[0]
    return lambda: arena.receipted() > mark


def broker_kills(folder: Path, tried: int, plants: dict[str, str] | None = None) -> Outcome:
    """Kill the broker and delete its files while crossings are delivered.

    Every second time the bridge is down, so that published records exist nowhere else. Recovered: a
    receipt for something recorded while the broker was gone.
    """
    outcome = Outcome("kill -9 of the broker, its persistence deleted")
    chance = random.Random(2)
    green = 0
    with Arena(folder, plants=plants) as arena, arena.gatekeeper(GATE) as keeper:
        people = passing(keeper, card_codes(arena, 40))

        def pass_through(number: int) -> None:
            nonlocal green
            green += sum(answer in CROSSINGS for answer in islice(people, number))

        pass_through(10)
        for name in ("broker", "bridge", f"uplink {GATE}"):
            arena.start(name)
        assert eventually(lambda: arena.stored() > 0, RECOVERY_S), "it never began"
        for number in range(tried):
            both = number % 2 == 0
            if both:
                assert eventually(lambda: arena.broker_keeps(LISTENED), RECOVERY_S), "not listening"
                arena.kill("bridge")
            pass_through(chance.randrange(1, 60))
            if both:
                assert eventually(lambda: arena.broker_keeps(SENT), RECOVERY_S), "nothing was sent"
            arena.kill("broker")
            pass_through(20)
            arena.start("broker")
            if both:
                arena.start("bridge")
            gone = arena.stored_and_receipted(GATE)[0]
            outcome.recovered(lambda gone=gone: arena.receipted() >= gone, RECOVERY_S)  # type: ignore[misc]
        arena.settle(outcome, green)
    return outcome


def mid_batch(folder: Path, tried: int, plants: dict[str, str] | None = None) -> Outcome:
    """Kill the bridge repeatedly while it stores a backlog, a few ms after its first new row.

    Recovered: it stores more than it had.
    """
    outcome = Outcome("bridge killed in mid-batch")
    chance = random.Random(3)
    green = 0
    with Arena(folder, plants=plants) as arena, arena.gatekeeper(GATE) as keeper:
        people = passing(keeper, card_codes(arena, 40))
        green += sum(answer in CROSSINGS for answer in islice(people, 300))
        for name in ("broker", "bridge", f"uplink {GATE}"):
            arena.start(name)
        assert eventually(lambda: arena.stored() > 0, RECOVERY_S), "it never began"
        for _ in range(tried):
            green += sum(answer in CROSSINGS for answer in islice(people, 300))
            before = arena.stored()
            eventually(lambda before=before: arena.stored() > before, 1)  # type: ignore[misc]
            deadline = chance.random() / 50
            eventually(lambda: False, deadline)
            arena.kill("bridge")
            left = arena.stored()
            arena.start("bridge")
            due = green
            outcome.recovered(
                lambda left=left, due=due: arena.stored() > left or arena.held() == due,  # type: ignore[misc]
                RECOVERY_S,
            )
        arena.settle(outcome, green)
    return outcome
