"""Test the level of an area: nearest area, newest notice, mergers."""

from datetime import date

from server_bridge.store.areas.level_rules import (
    AreaNode,
    LevelSetting,
    resolve_levels,
    settings_in_force,
)

TODAY = date(2026, 9, 7)
MERGED = date(2026, 9, 5)


def tree(**changes: AreaNode) -> dict[str, AreaNode]:
    """Return a province, a district, and two communes with a hamlet each."""
    nodes = [
        AreaNode("province"),
        AreaNode("district", "province"),
        AreaNode("commune", "district"),
        AreaNode("other", "district"),
        AreaNode("hamlet", "commune"),
        AreaNode("far", "other"),
    ]
    return {node.area_id: node for node in nodes} | changes


def setting(area_id: str, level: int | None, as_of_ms: int = 1, noted_ms: int = 1) -> LevelSetting:
    return LevelSetting(area_id, level, as_of_ms, noted_ms, notice=1)


def levels(areas: dict[str, AreaNode], *settings: LevelSetting, at_ms: int = 99) -> dict[str, int]:
    decided = resolve_levels(areas, settings_in_force(settings, at_ms), TODAY)
    return {area_id: setting.level for area_id, setting in decided.items() if setting.level}


def test_the_nearest_area_decides() -> None:
    settings = [setting("district", 2), setting("commune", 3), setting("hamlet", 4)]
    assert levels(tree()) == {}
    assert levels(tree(), *settings) == {
        "district": 2,
        "commune": 3,
        "hamlet": 4,
        "other": 2,
        "far": 2,
    }
    assert levels(tree(), *settings, setting("hamlet", None, as_of_ms=2))["hamlet"] == 3


def test_newest_as_of_wins_then_newest_noted() -> None:
    told = [
        setting("hamlet", 3, as_of_ms=50, noted_ms=1),
        setting("hamlet", 4, as_of_ms=20, noted_ms=10),  # backdated
        setting("hamlet", 1, as_of_ms=50, noted_ms=20),  # contradicts the first, noted later
        setting("hamlet", 2, as_of_ms=90, noted_ms=5),
    ]
    for order in (told, told[::-1]):
        found = [levels(tree(), *order, at_ms=at).get("hamlet") for at in (19, 20, 49, 50, 89, 90)]
        assert found == [None, 4, 4, 1, 1, 2]


def test_a_merged_area_follows_unless_its_own_notice_is_newer() -> None:
    merged = AreaNode("commune", "district", successor_id="other", until_day=MERGED)
    to_come = AreaNode("commune", "district", successor_id="other", until_day=date(2026, 9, 8))
    old, new = setting("commune", 4, as_of_ms=1), setting("other", 2, as_of_ms=2)
    assert levels(tree(commune=to_come), old, new)["hamlet"] == 4
    assert levels(tree(commune=merged), old, new)["hamlet"] == 2
    assert levels(tree(commune=merged), setting("commune", 3, as_of_ms=3), new)["hamlet"] == 3
    assert levels(tree(commune=merged), setting("commune", None, as_of_ms=3), new)["hamlet"] == 2
    # The successor inherits from above; so does the area that was merged into it.
    assert levels(tree(commune=merged), old, setting("province", 1, as_of_ms=2))["hamlet"] == 1


def test_an_abolished_district_without_successor_lets_the_province_through() -> None:
    areas = tree(district=AreaNode("district", "province", until_day=MERGED))
    assert levels(areas, setting("province", 2))["hamlet"] == 2


def test_rings_decide_nothing() -> None:
    ring = tree(
        hamlet=AreaNode("hamlet", "far", successor_id="far", until_day=MERGED),
        far=AreaNode("far", "hamlet", successor_id="hamlet", until_day=MERGED),
    )
    assert levels(ring, setting("other", 2)) == {"other": 2}


def test_an_area_that_is_not_there_any_more_decides_nothing() -> None:
    assert levels({"hamlet": AreaNode("hamlet", "gone")}, setting("gone", 4)) == {}
