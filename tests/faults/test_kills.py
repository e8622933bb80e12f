"""A few kills.

`end_to_end/test_nothing_lost.py` kills broker and bridge in mid-flow; the campaigns and their
controls at full scale: `python -m tests.faults`.
"""

from pathlib import Path

import pytest

from tests.faults.arena import GATE
from tests.faults.kills import broker_kills, kills


@pytest.mark.timeout(300)
def test_killed_parts_lose_nothing(tmp_path: Path) -> None:
    outcome = kills(tmp_path / "arena", 3)
    assert outcome.is_clean, outcome.line()
    assert outcome.green > 0


@pytest.mark.timeout(300)
def test_a_broker_that_forgets_loses_nothing(tmp_path: Path) -> None:
    outcome = broker_kills(tmp_path / "arena", 2)
    assert outcome.is_clean, outcome.line()
    assert outcome.green > 0


@pytest.mark.timeout(300)
def test_a_gate_that_takes_publishing_for_delivery_is_found_out(tmp_path: Path) -> None:
    planted = {f"uplink {GATE}": "trust_the_wire"}
    outcome = broker_kills(tmp_path / "arena", 1, planted)
    assert outcome.lost > 0, outcome.line()
