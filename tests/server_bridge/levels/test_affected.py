"""Whom a notice affects, before it is applied."""

import pytest

from gate_contract.errors import SchoolgateError
from gate_contract.roster import EntryAction
from server_bridge.levels.affected import LevelChange, effects
from server_bridge.levels.texts import colour_vi, read_level
from server_bridge.store.areas.levels import DEFAULT_POLICY
from server_bridge.store.people.headcounts import HeadCounts


def test_each_school_is_told_who_changes_and_who_is_refused() -> None:
    counted = [
        HeadCounts("a", "h1", 10),
        HeadCounts("a", "h1", 2),
        HeadCounts("a", "h2", 5),
        HeadCounts("a", "h9", 100),  # not affected
        HeadCounts("a", None, 7),
        HeadCounts("b", "h1", 3),
        HeadCounts("c", "h9", 50),
    ]
    areas: dict[str, tuple[int | None, int | None]] = {"h1": (None, 4), "h2": (4, 3)}
    lenient = {**DEFAULT_POLICY, 4: EntryAction.SIGNAL}
    a, b = effects(counted, areas, {"a": DEFAULT_POLICY, "b": lenient, "c": DEFAULT_POLICY})
    assert (a.unit_id, a.people, a.newly_refused, a.newly_let_in) == ("a", 17, 12, 5)
    assert a.changes == (LevelChange(None, 4, 12), LevelChange(4, 3, 5))
    assert (b.unit_id, b.people, b.newly_refused, b.newly_let_in) == ("b", 3, 0, 0)


@pytest.mark.parametrize(
    ("text", "level"),
    [("3", 3), ("orange", 3), ("Cấp độ 3", 3), (" CAM ", 3), ("đỏ", 4), ("inherit", None)],
)
def test_levels_as_people_write_them(text: str, level: int | None) -> None:
    assert read_level(text) == level


@pytest.mark.parametrize("text", ["", "0", "5", "purple", "cấp"])
def test_no_level_is_refused_in_both_languages(text: str) -> None:
    with pytest.raises(SchoolgateError, match=r"no level.* / không phải"):
        read_level(text)


def test_vietnamese_words() -> None:
    assert [colour_vi(level) for level in (4, None)] == ["Cấp 4 (đỏ)", "Chưa có"]
