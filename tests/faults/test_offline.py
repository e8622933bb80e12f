"""A backlog is delivered in little memory. The control: `python -m tests.faults --controls`."""

from pathlib import Path

import pytest

from tests.faults.offline import offline


@pytest.mark.timeout(300)
def test_a_backlog_is_drained_in_flat_memory(tmp_path: Path) -> None:
    outcome = offline(tmp_path / "arena", 2_000)
    assert outcome.is_clean, outcome.line()
