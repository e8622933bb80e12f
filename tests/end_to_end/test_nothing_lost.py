"""kill -9 of broker, bridge and uplink in mid-flow: nothing lost, nothing counted twice."""

import random
from functools import partial
from itertools import islice
from pathlib import Path

import pytest

from gate_contract.verdicts import CROSSINGS
from tests.end_to_end.district_harness import COMMUNE, SCHOOL, DistrictHarness, until
from tests.end_to_end.passing import card_codes, passing

KILLS = 9
GATE = "gate-a1"


def receipted_beyond(district: DistrictHarness, before: int) -> bool:
    return district.stored_and_receipted(GATE)[1] > before


@pytest.mark.timeout(300)
def test_killed_in_mid_flow(tmp_path: Path) -> None:
    chance = random.Random(7)
    green = 0
    with DistrictHarness(tmp_path) as district, district.gatekeeper(GATE) as keeper:
        district.start_all()
        people = passing(keeper, card_codes(district, 40))
        for number in range(KILLS):
            before = district.stored_and_receipted(GATE)[1] if green else 0
            green += sum(answer in CROSSINGS for answer in islice(people, 40))
            # Some of it is on the way: the first receipt has come, the last has not.
            until(partial(receipted_beyond, district, before))
            green += sum(answer in CROSSINGS for answer in islice(people, chance.randrange(1, 300)))
            victim = ("broker", "bridge", f"uplink {GATE}")[number % 3]
            district.kill(victim)
            green += sum(answer in CROSSINGS for answer in islice(people, 20))
            district.start(victim)
        until(district.drained, within_s=120)
        assert district.crossings(GATE) == green
        counts = district.counts()
        for unit_id in (SCHOOL, COMMUNE):
            assert counts[unit_id]["in"] + counts[unit_id]["out"] == green
        verified = district.command("ledger", "verify")
        assert verified.returncode == 0, verified.stdout + verified.stderr
        until(lambda: district.overhear(SCHOOL)["in"] == counts[SCHOOL]["in"])


@pytest.mark.timeout(300)
def test_a_bridge_restored_from_a_backup_is_made_whole(tmp_path: Path) -> None:
    with DistrictHarness(tmp_path) as district, district.gatekeeper(GATE) as keeper:
        district.start_all()
        people = passing(keeper, card_codes(district, 40))
        green = sum(answer in CROSSINGS for answer in islice(people, 100))
        until(district.drained)
        assert district.stop("bridge") == 0
        backup = district.back_up()
        district.start("bridge")
        green += sum(answer in CROSSINGS for answer in islice(people, 300))
        until(district.drained)
        assert district.stop("bridge") == 0
        district.restore(backup)
        assert (
            district.counts()[SCHOOL]["in"] + district.counts()[SCHOOL]["out"] == 100
        )  # truly old
        district.start("bridge")
        until(lambda: district.counts()[SCHOOL]["in"] + district.counts()[SCHOOL]["out"] == green)
        until(district.drained)
        assert district.command("ledger", "verify").returncode == 0
