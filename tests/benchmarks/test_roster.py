"""`python -m benchmarks roster` goes on to a level change and a roll-up."""

from pathlib import Path

from benchmarks.bridge import roster


def test_a_small_province_changes_levels_and_is_rolled_up(tmp_path: Path) -> None:
    figures = roster.measure(roster.ProvinceSize(2, 5, 0, 1, rows=5), tmp_path)
    assert figures["rolled_up_people"] == figures["people"] == 10
    assert 0 < figures["affected_people"] <= 10
    assert figures["roll_up_s"] > 0
