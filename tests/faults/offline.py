"""Thirty days without a network: 60,000 crossings wait, and are then delivered."""

import time
from pathlib import Path

import psutil

from device.clock import SystemClock
from gate_contract.verdicts import CROSSINGS
from tests.end_to_end.district_harness import DistrictHarness
from tests.end_to_end.passing import card_codes
from tests.faults.arena import GATE, Arena
from tests.faults.outcome import Outcome, eventually

AT_ONCE = 40
GROWTH = 16 * 2**20
"""The most memory that an uplink may use above that at the start of delivery."""


def fill(arena: DistrictHarness, crossings: int, gate_id: str = GATE) -> int:
    """Let people pass, forty in a frame; return how many got a green light."""
    codes = card_codes(arena, AT_ONCE)
    clock = SystemClock(battery=True)
    green = 0
    with arena.gatekeeper(gate_id) as keeper:
        for number in range(-(-crossings // AT_ONCE)):
            reading = clock.read()
            answers = keeper.see(codes, reading.up_ms + number * 2_000, reading)
            green += sum(answer.verdict in CROSSINGS for answer in answers)
    return green


def offline(folder: Path, crossings: int, plants: dict[str, str] | None = None) -> Outcome:
    """Deliver the backlog.

    Lost are crossings that do not arrive; survived is 0 if the uplink's memory grows with them.
    """
    outcome = Outcome(f"offline for 30 days, {crossings:,} crossings")
    with Arena(folder, hasty=False, plants=plants) as arena:
        green = fill(arena, crossings)
        arena.start(f"uplink {GATE}")
        arena.start("broker")
        arena.start("bridge")
        assert eventually(lambda: arena.receipted() > 0, 120), "it never began"
        began, receipted = time.monotonic(), arena.receipted()
        uplink = psutil.Process(arena.running[f"uplink {GATE}"].pid)
        sizes = [uplink.memory_info().rss]

        def drained() -> bool:
            sizes.append(uplink.memory_info().rss)
            return arena.drained()

        came = outcome.recovered(drained, 900)
        arena.settle(outcome, green, within_s=10)
        rate = (arena.receipted() - receipted) / max(0.001, time.monotonic() - began)
        grown = max(sizes) - sizes[0]
        outcome.survived = int(came and grown < GROWTH)
        outcome.notes.append(
            f"{rate:,.0f} records/s; uplink {sizes[0] / 2**20:.1f} MiB, at most "
            f"{grown / 2**20:.1f} MiB more"
        )
    return outcome
