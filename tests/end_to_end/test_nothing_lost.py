"""kill -9 of broker, bridge and uplink in mid-flow: nothing lost, nothing counted twice."""

import random
from functools import partial
from itertools import islice
from pathlib import Path

import pytest

from gate_contract.verdicts import CROSSINGS
from tests.end_to_end.passing import card_codes, passing
from tests.end_to_end.town import COMMUNE, SCHOOL, Town, until

KILLS = 9
GATE = "gate-a1"


def receipted_beyond(town: Town, before: int) -> bool:
    return town.stored_and_receipted(GATE)[1] > before


@pytest.mark.timeout(300)
def test_killed_in_mid_flow(tmp_path: Path) -> None:
    chance = random.Random(7)
    green = 0
    with Town(tmp_path) as town, town.gatekeeper(GATE) as keeper:
        town.start_all()
        people = passing(keeper, card_codes(town, 40))
        for number in range(KILLS):
            before = town.stored_and_receipted(GATE)[1] if green else 0
            green += sum(answer in CROSSINGS for answer in islice(people, 40))
            # Some of it is on the way: the first receipt has come, the last has not.
            until(partial(receipted_beyond, town, before))
            green += sum(answer in CROSSINGS for answer in islice(people, chance.randrange(1, 300)))
            victim = ("broker", "bridge", f"uplink {GATE}")[number % 3]
            town.kill(victim)
            green += sum(answer in CROSSINGS for answer in islice(people, 20))
            town.start(victim)
        until(town.drained, within_s=120)
        assert town.crossings(GATE) == green
        counts = town.counts()
        for unit_id in (SCHOOL, COMMUNE):
            assert counts[unit_id]["in"] + counts[unit_id]["out"] == green
        verified = town.command("ledger", "verify")
        assert verified.returncode == 0, verified.stdout + verified.stderr
        until(lambda: town.overhear(SCHOOL)["in"] == counts[SCHOOL]["in"])


@pytest.mark.timeout(300)
def test_a_bridge_restored_from_a_backup_is_made_whole(tmp_path: Path) -> None:
    with Town(tmp_path) as town, town.gatekeeper(GATE) as keeper:
        town.start_all()
        people = passing(keeper, card_codes(town, 40))
        green = sum(answer in CROSSINGS for answer in islice(people, 100))
        until(town.drained)
        assert town.stop("bridge") == 0
        backup = town.back_up()
        town.start("bridge")
        green += sum(answer in CROSSINGS for answer in islice(people, 300))
        until(town.drained)
        assert town.stop("bridge") == 0
        town.restore(backup)
        assert town.counts()[SCHOOL]["in"] + town.counts()[SCHOOL]["out"] == 100  # truly old
        town.start("bridge")
        until(lambda: town.counts()[SCHOOL]["in"] + town.counts()[SCHOOL]["out"] == green)
        until(town.drained)
        assert town.command("ledger", "verify").returncode == 0
