"""Decide the level of each area from the tree of areas and the notices. Pure functions.

The nearest area decides, from the area itself upwards: a hamlet before its commune, the commune
before its district. Of one area's notices the newest as-of time decides, then the newest noted. An
area that was merged into another follows that one, unless a notice of its own is newer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class AreaNode:
    """An area's place in the tree; `until_day` is the first day on which it no longer exists."""

    area_id: str
    parent_id: str | None = None
    successor_id: str | None = None
    until_day: date | None = None


@dataclass(frozen=True, slots=True)
class LevelSetting:
    """The level that one notice sets for one area.

    `level` is 1-4, or None for that of the area above. Times are UTC in ms.
    """

    area_id: str
    level: int | None
    as_of_ms: int
    noted_ms: int
    notice: int

    @property
    def rank(self) -> tuple[int, int, int]:
        """Return the sort key; the setting with the highest rank decides."""
        return self.as_of_ms, self.noted_ms, self.notice


def settings_in_force(settings: Iterable[LevelSetting], at_ms: int) -> dict[str, LevelSetting]:
    """Return for each area the setting in force at `at_ms`."""
    found: dict[str, LevelSetting] = {}
    for setting in settings:
        if setting.as_of_ms <= at_ms:
            known = found.get(setting.area_id)
            if known is None or known.rank < setting.rank:
                found[setting.area_id] = setting
    return found


def resolve_levels(
    areas: Mapping[str, AreaNode], own: Mapping[str, LevelSetting], day: date
) -> dict[str, LevelSetting]:
    """Return the setting that decides each area's level on `day`; areas without a level are absent.

    `own` is each area's setting in force (`settings_in_force`). A cycle of parents or successors,
    which an import should have rejected, decides nothing.
    """
    decided: dict[str, LevelSetting | None] = {}

    def decide(area_id: str | None) -> LevelSetting | None:
        """Return the deciding setting of an area, or None."""
        if area_id is None or area_id not in areas:
            return None
        if area_id not in decided:
            decided[area_id] = None  # provisional, so that a cycle ends here
            decided[area_id] = _decide(areas[area_id])
        return decided[area_id]

    def _decide(area: AreaNode) -> LevelSetting | None:
        setting = own.get(area.area_id)
        if setting is not None and setting.level is None:
            setting = None
        if area.until_day is not None and area.until_day <= day:
            following = decide(area.successor_id)
            if following and (setting is None or setting.rank < following.rank):
                return following
        return setting or decide(area.parent_id)

    for area_id in areas:
        decide(area_id)
    return {area_id: setting for area_id, setting in decided.items() if setting}
