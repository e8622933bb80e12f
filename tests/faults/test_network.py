"""Bad networks; without receipts, what a half-open connection swallows is lost."""

from pathlib import Path

import pytest

from tests.faults.network import weather
from tests.faults.proxy import Weather

GATE = "gate-a1"


@pytest.mark.timeout(300)
def test_bad_networks_lose_nothing(tmp_path: Path) -> None:
    kinds = [Weather.CUT, Weather.SWALLOW, Weather.CORRUPT]
    outcome = weather(tmp_path / "arena", len(kinds), kinds)
    assert outcome.is_clean, outcome.line()


@pytest.mark.timeout(300)
def test_trust_in_the_wire_loses_what_is_swallowed(tmp_path: Path) -> None:
    plants = {f"uplink {GATE}": "trust_the_wire"}
    outcome = weather(tmp_path / "arena", 2, [Weather.SWALLOW, Weather.CUT], plants)
    assert outcome.lost > 0, outcome.line()
