"""Which level an area has: the nearest decides, the newest notice, and mergers."""

from datetime import date

from server_bridge.store.areas.level_rules import AreaNode, Setting, newest, resolve

TODAY = date(2026, 9, 7)
MERGED = date(2026, 9, 5)


def tree(**changes: AreaNode) -> dict[str, AreaNode]:
    """A province, a district, two communes, a hamlet in each."""
    nodes = [
        AreaNode("province"),
        AreaNode("district", "province"),
        AreaNode("commune", "district"),
        AreaNode("other", "district"),
        AreaNode("hamlet", "commune"),
        AreaNode("far", "other"),
    ]
    return {node.area_id: node for node in nodes} | changes


def said(area_id: str, level: int | None, as_of_ms: int = 1, noted_ms: int = 1) -> Setting:
    return Setting(area_id, level, as_of_ms, noted_ms, notice=1)


def levels(areas: dict[str, AreaNode], *settings: Setting, at_ms: int = 99) -> dict[str, int]:
    decided = resolve(areas, newest(settings, at_ms), TODAY)
    return {area_id: setting.level for area_id, setting in decided.items() if setting.level}


def test_the_nearest_area_decides() -> None:
    told = [said("district", 2), said("commune", 3), said("hamlet", 4)]
    assert levels(tree()) == {}
    assert levels(tree(), *told) == {
        "district": 2,
        "commune": 3,
        "hamlet": 4,
        "other": 2,
        "far": 2,
    }
    assert levels(tree(), *told, said("hamlet", None, as_of_ms=2))["hamlet"] == 3


def test_newest_as_of_wins_then_newest_noted() -> None:
    told = [
        said("hamlet", 3, as_of_ms=50, noted_ms=1),
        said("hamlet", 4, as_of_ms=20, noted_ms=10),  # backdated
        said("hamlet", 1, as_of_ms=50, noted_ms=20),  # contradicts the first, noted later
        said("hamlet", 2, as_of_ms=90, noted_ms=5),
    ]
    for order in (told, told[::-1]):
        found = [levels(tree(), *order, at_ms=at).get("hamlet") for at in (19, 20, 49, 50, 89, 90)]
        assert found == [None, 4, 4, 1, 1, 2]


def test_a_merged_area_follows_unless_its_own_notice_is_newer() -> None:
    merged = AreaNode("commune", "district", successor_id="other", until_day=MERGED)
    to_come = AreaNode("commune", "district", successor_id="other", until_day=date(2026, 9, 8))
    old, new = said("commune", 4, as_of_ms=1), said("other", 2, as_of_ms=2)
    assert levels(tree(commune=to_come), old, new)["hamlet"] == 4
    assert levels(tree(commune=merged), old, new)["hamlet"] == 2
    assert levels(tree(commune=merged), said("commune", 3, as_of_ms=3), new)["hamlet"] == 3
    assert levels(tree(commune=merged), said("commune", None, as_of_ms=3), new)["hamlet"] == 2
    # The successor follows what is above it; so does who was merged into it.
    assert levels(tree(commune=merged), old, said("province", 1, as_of_ms=2))["hamlet"] == 1


def test_an_abolished_district_without_successor_lets_the_province_through() -> None:
    areas = tree(district=AreaNode("district", "province", until_day=MERGED))
    assert levels(areas, said("province", 2))["hamlet"] == 2


def test_rings_decide_nothing() -> None:
    ring = tree(
        hamlet=AreaNode("hamlet", "far", successor_id="far", until_day=MERGED),
        far=AreaNode("far", "hamlet", successor_id="hamlet", until_day=MERGED),
    )
    assert levels(ring, said("other", 2)) == {"other": 2}


def test_an_area_that_is_not_there_any_more_decides_nothing() -> None:
    assert levels({"hamlet": AreaNode("hamlet", "gone")}, said("gone", 4)) == {}
