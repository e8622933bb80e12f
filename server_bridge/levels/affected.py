"""Work out whom a notice affects, before it is applied."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gate_contract.roster import EntryAction
from gate_contract.school_day import local_day
from server_bridge.store.areas.level_rules import Setting
from server_bridge.store.areas.levels import (
    LevelNotice,
    deciding_at,
    levels_at,
    policies_at,
)
from server_bridge.store.people.headcounts import HeadCounts, head_counts

_NOT_NOTED = 1 << 62
"""The number of a notice that is not stored yet: higher than that of any stored one."""


@dataclass(frozen=True, slots=True)
class LevelChange:
    """The number of people who go from one level to another (None: no level)."""

    before: int | None
    after: int | None
    people: int


@dataclass(frozen=True, slots=True)
class SchoolEffect:
    """The effect on one school: changes of level, and how many get another answer at the entry."""

    unit_id: str
    changes: tuple[LevelChange, ...]
    newly_refused: int
    newly_let_in: int

    @property
    def people(self) -> int:
        """Return the number of people whose level changes."""
        return sum(change.people for change in self.changes)


@dataclass(frozen=True, slots=True)
class Affected:
    """The areas whose level changes at `at_ms` (UTC), and the schools with people from there."""

    at_ms: int
    areas: dict[str, tuple[int | None, int | None]]
    schools: tuple[SchoolEffect, ...]


def affected(
    connection: sa.Connection, notice: LevelNotice, now_ms: int, zone: ZoneInfo
) -> Affected:
    """Return what the notice changes when it takes effect, or now if it is backdated."""
    at_ms = max(notice.as_of_ms, now_ms)
    foreseen = [
        Setting(area_id, level, notice.as_of_ms, now_ms, _NOT_NOTED)
        for area_id, level in notice.levels.items()
    ]
    before = levels_at(connection, at_ms)
    decided = deciding_at(connection, at_ms, foreseen)
    after = {area_id: setting.level for area_id, setting in decided.items()}
    areas = {
        area_id: (before.get(area_id), after.get(area_id))
        for area_id in sorted(before.keys() | after.keys())
        if before.get(area_id) != after.get(area_id)
    }
    heads = head_counts(connection, local_day(at_ms, zone)) if areas else []
    return Affected(at_ms, areas, tuple(effects(heads, areas, policies_at(connection, at_ms))))


def effects(
    heads: Iterable[HeadCounts],
    areas: Mapping[str, tuple[int | None, int | None]],
    policies: Mapping[str, Mapping[int, EntryAction]],
) -> list[SchoolEffect]:
    """Return the affected schools, most newly refused first. `areas`: level before and after."""
    changes: dict[str, Counter[tuple[int | None, int | None]]] = {}
    for head in heads:
        if head.area_id is not None and head.area_id in areas:
            changes.setdefault(head.unit_id, Counter())[areas[head.area_id]] += head.people
    found = []
    for unit_id, counted in changes.items():

        def refused(level: int | None, unit_id: str = unit_id) -> bool:
            return level is not None and policies[unit_id][level] is EntryAction.REFUSE

        found.append(
            SchoolEffect(
                unit_id,
                tuple(
                    LevelChange(before, after, people)
                    for (before, after), people in sorted(
                        counted.items(), key=lambda item: (-(item[0][1] or 0), -(item[0][0] or 0))
                    )
                ),
                sum(n for (old, new), n in counted.items() if refused(new) and not refused(old)),
                sum(n for (old, new), n in counted.items() if refused(old) and not refused(new)),
            )
        )
    return sorted(found, key=lambda effect: (-effect.newly_refused, effect.unit_id))
