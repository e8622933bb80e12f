"""Wrong clocks under real processes. The control: `python -m tests.faults --controls`."""

from pathlib import Path

import pytest

from tests.faults.clocks import clocks


@pytest.mark.timeout(180)
def test_wrong_clocks_put_nothing_out_of_order(tmp_path: Path) -> None:
    outcome = clocks(tmp_path / "arena", 3)
    assert outcome.is_clean, outcome.line()
    assert "corrected" in outcome.line()
