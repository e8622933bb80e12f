"""A few kills. `end_to_end/test_nothing_lost.py` kills broker and bridge in mid-flow; the campaigns
and their controls at full scale: `python -m tests.faults`."""

from pathlib import Path

import pytest

from tests.faults.kills import kills


@pytest.mark.timeout(300)
def test_killed_parts_lose_nothing(tmp_path: Path) -> None:
    outcome = kills(tmp_path / "arena", 3)
    assert outcome.is_clean, outcome.line()
    assert outcome.green > 0
