"""Which level an area has, as a pure rule over the tree of areas and what notices say of them.

The nearest area decides, from the area itself upwards: a hamlet before its commune, the commune
before its district. Of one area's notices the newest as-of time decides, then the newest noted. An
area that was merged into another follows that one, unless a notice of its own is newer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class AreaNode:
    """An area's place in the tree. `until_day`: the first day it no longer exists (local)."""

    area_id: str
    parent_id: str | None = None
    successor_id: str | None = None
    until_day: date | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """What one notice says of one area. `level` 1-4; None: as the area above. Times: UTC in ms."""

    area_id: str
    level: int | None
    as_of_ms: int
    noted_ms: int
    notice: int

    @property
    def rank(self) -> tuple[int, int, int]:
        """The highest rank decides."""
        return self.as_of_ms, self.noted_ms, self.notice


def newest(settings: Iterable[Setting], at_ms: int) -> dict[str, Setting]:
    """Of each area the setting that is in force at `at_ms`."""
    found: dict[str, Setting] = {}
    for setting in settings:
        if setting.as_of_ms <= at_ms:
            known = found.get(setting.area_id)
            if known is None or known.rank < setting.rank:
                found[setting.area_id] = setting
    return found


def resolve(
    areas: Mapping[str, AreaNode], own: Mapping[str, Setting], day: date
) -> dict[str, Setting]:
    """The setting that decides each area's level on `day`; areas without a level are absent.

    `own` is each area's setting in force (`newest`). A ring of parents or successors, which an
    import should not have let in, decides nothing.
    """
    decided: dict[str, Setting | None] = {}

    def decide(area_id: str | None) -> Setting | None:
        if area_id is None or area_id not in areas:
            return None
        if area_id not in decided:
            decided[area_id] = None  # stands while we look further: ends a ring
            decided[area_id] = _decide(areas[area_id])
        return decided[area_id]

    def _decide(area: AreaNode) -> Setting | None:
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
