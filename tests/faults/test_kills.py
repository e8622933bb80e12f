"""A few kills of each kind. The controls: `python -m tests.faults --controls`."""

from pathlib import Path

import pytest

from tests.faults.kills import broker_kills, kills, mid_batch


@pytest.mark.timeout(300)
def test_killed_parts_lose_nothing(tmp_path: Path) -> None:
    outcome = kills(tmp_path / "arena", 3)
    assert outcome.is_clean, outcome.line()
    assert outcome.green > 0


@pytest.mark.timeout(300)
def test_a_killed_broker_loses_nothing(tmp_path: Path) -> None:
    outcome = broker_kills(tmp_path / "arena", 1)
    assert outcome.is_clean, outcome.line()


@pytest.mark.timeout(300)
def test_a_bridge_killed_in_mid_batch_loses_and_doubles_nothing(tmp_path: Path) -> None:
    outcome = mid_batch(tmp_path / "arena", 1)
    assert outcome.is_clean, outcome.line()
