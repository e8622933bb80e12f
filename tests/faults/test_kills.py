"""A few kills of each kind; and with a planted bug the same campaigns must find losses."""

from pathlib import Path

import pytest

from tests.faults.kills import broker_kills, kills, mid_batch

GATE = "gate-a1"


@pytest.mark.timeout(300)
def test_killed_parts_lose_nothing(tmp_path: Path) -> None:
    outcome = kills(tmp_path / "arena", 3)
    assert outcome.is_clean, outcome.line()
    assert outcome.green > 0


@pytest.mark.timeout(300)
def test_a_killed_broker_loses_nothing(tmp_path: Path) -> None:
    outcome = broker_kills(tmp_path / "arena", 2)
    assert outcome.is_clean, outcome.line()


@pytest.mark.timeout(300)
def test_a_bridge_killed_in_mid_batch_loses_and_doubles_nothing(tmp_path: Path) -> None:
    outcome = mid_batch(tmp_path / "arena", 2)
    assert outcome.is_clean, outcome.line()


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("part", "bug"),
    [
        ("bridge", "receipt_before_commit"),
        ("bridge", "count_after_commit"),
    ],
)
def test_planted_bugs_are_found(tmp_path: Path, part: str, bug: str) -> None:
    outcome = mid_batch(tmp_path / "arena", 6, {part: bug})
    assert outcome.lost > 0, outcome.line()


@pytest.mark.timeout(300)
def test_green_before_commit_is_found(tmp_path: Path) -> None:
    outcome = kills(tmp_path / "arena", 12, {f"scan {GATE}": "green_before_commit"})
    assert not outcome.is_clean, outcome.line()


@pytest.mark.timeout(300)
def test_trust_in_the_wire_is_found(tmp_path: Path) -> None:
    outcome = broker_kills(tmp_path / "arena", 4, {f"uplink {GATE}": "trust_the_wire"})
    assert outcome.lost > 0, outcome.line()
