"""Store levels of areas from official notices, and the policy of each unit's gates for each level.

Levels: 1 green, 2 yellow, 3 orange, 4 red. A notice applies automatically from its as-of time.
Earlier notices are kept, so that levels can be read for every past moment.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gate_contract.errors import SchoolgateError
from gate_contract.roster import EntryAction
from gate_contract.school_day import local_day
from server_bridge.store.areas.level_rules import (
    AreaNode,
    LevelSetting,
    resolve_levels,
    settings_in_force,
)
from server_bridge.store.changes.revisions import increment_revision
from server_bridge.store.database import upsert
from server_bridge.store.schema.people import area_levels, areas, level_policies, notices
from server_bridge.store.units.tree import ancestry

LEVELS = (1, 2, 3, 4)
AREAS_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
"""The time zone of the days on which areas begin and end; all areas are in Vietnam."""


DEFAULT_POLICY = {
    1: EntryAction.ADMIT,
    2: EntryAction.SIGNAL,
    3: EntryAction.SIGNAL,
    4: EntryAction.REFUSE,
}


@dataclass(frozen=True, slots=True)
class LevelNotice:
    """An official notice; `levels` by area, None for that of the area above; `as_of_ms` is UTC."""

    number: str
    issuer: str
    as_of_ms: int
    levels: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class NoticeEntry:
    """An entry of an area's history."""

    number: str
    issuer: str
    as_of_ms: int
    noted_ms: int
    level: int | None


def levels_at(connection: sa.Connection, at_ms: int) -> dict[str, int]:
    """Return every area's level at `at_ms` (UTC), set or inherited; areas without one are absent.

    An area that was merged into another follows that one, unless its own notice is newer.
    """
    decided = deciding_settings(connection, at_ms)
    return {area_id: setting.level for area_id, setting in decided.items() if setting.level}


def deciding_settings(
    connection: sa.Connection, at_ms: int, foreseen: Iterable[LevelSetting] = ()
) -> dict[str, LevelSetting]:
    """Return the setting that decides each area's level at `at_ms`, including those `foreseen`."""
    rows = connection.execute(
        sa.select(
            area_levels.c.area_id,
            area_levels.c.level,
            notices.c.as_of_ms,
            notices.c.noted_ms,
            notices.c.notice,
        )
        .join(notices, notices.c.notice == area_levels.c.notice)
        .where(notices.c.as_of_ms <= at_ms)
    )
    own = settings_in_force([*(LevelSetting(*row) for row in rows), *foreseen], at_ms)
    tree = connection.execute(
        sa.select(areas.c.area_id, areas.c.parent_id, areas.c.successor_id, areas.c.until_day)
    )
    nodes = {row.area_id: AreaNode(*row) for row in tree}
    return resolve_levels(nodes, own, local_day(at_ms, AREAS_ZONE))


def is_new(connection: sa.Connection, notice: LevelNotice) -> bool:
    """Return whether the notice has not been stored before.

    Raises:
        SchoolgateError: a notice of this number and issuer is stored with other contents.
    """
    row = connection.execute(
        notices.select().where(notices.c.number == notice.number, notices.c.issuer == notice.issuer)
    ).first()
    if row is None:
        return True
    stored = sa.select(area_levels.c.area_id, area_levels.c.level)
    kept = connection.execute(stored.where(area_levels.c.notice == row.notice))
    same = {line.area_id: line.level for line in kept} == dict(notice.levels)
    if same and row.as_of_ms == notice.as_of_ms:
        return False
    raise SchoolgateError(
        f"notice {notice.number} of {notice.issuer} is stored already with other contents; "
        "stored notices are not changed: enter the correction under its own number"
    )


def apply_notice(connection: sa.Connection, notice: LevelNotice, now_ms: int) -> bool:
    """Store a notice, which applies from its as-of time; return False if it is stored already.

    Raises:
        SchoolgateError: a notice of this number and issuer is stored with other contents.
    """
    if not is_new(connection, notice):
        return False
    number: int = connection.execute(
        notices.insert()
        .values(
            number=notice.number,
            issuer=notice.issuer,
            as_of_ms=notice.as_of_ms,
            noted_ms=now_ms,
        )
        .returning(notices.c.notice)
    ).scalar_one()
    connection.execute(
        area_levels.insert(),
        [
            {"notice": number, "area_id": area_id, "level": level}
            for area_id, level in notice.levels.items()
        ],
    )
    increment_revision(connection)
    return True


def notice_of(connection: sa.Connection, notice: int) -> tuple[str, str]:
    """Return number and issuer of a notice."""
    row = connection.execute(notices.select().where(notices.c.notice == notice)).one()
    return row.number, row.issuer


def notice_history(connection: sa.Connection, area_id: str) -> list[NoticeEntry]:
    """Return the notices about this very area, in descending order of precedence."""
    rows = connection.execute(
        sa.select(
            notices.c.number,
            notices.c.issuer,
            notices.c.as_of_ms,
            notices.c.noted_ms,
            area_levels.c.level,
        )
        .join(area_levels, area_levels.c.notice == notices.c.notice)
        .where(area_levels.c.area_id == area_id)
        .order_by(notices.c.as_of_ms.desc(), notices.c.noted_ms.desc(), notices.c.notice.desc())
    )
    return [NoticeEntry(*row) for row in rows]


def next_change(connection: sa.Connection, after_ms: int) -> int | None:
    """Return when the next stored notice or policy takes effect (UTC in ms), or None."""
    coming = [
        connection.execute(sa.select(sa.func.min(column)).where(column > after_ms)).scalar()
        for column in (notices.c.as_of_ms, level_policies.c.from_ms)
    ]
    return min((at_ms for at_ms in coming if at_ms is not None), default=None)


def policies_at(connection: sa.Connection, at_ms: int) -> dict[str, dict[int, EntryAction]]:
    """Return the action of each unit's gates per level, its own or that of the unit above."""
    rows = connection.execute(
        level_policies.select()
        .where(level_policies.c.from_ms <= at_ms)
        .order_by(level_policies.c.from_ms)
    )
    own: dict[tuple[str, int], EntryAction | None] = {}
    for row in rows:
        own[row.unit_id, row.level] = EntryAction(row.action) if row.action else None
    return {
        unit_id: {
            level: next(
                (action for above in line if (action := own.get((above, level)))),
                DEFAULT_POLICY[level],
            )
            for level in LEVELS
        }
        for unit_id, line in ancestry(connection).items()
    }


def set_policy(
    connection: sa.Connection, unit_id: str, actions: Mapping[int, EntryAction | None], from_ms: int
) -> None:
    """Set the actions of a unit's gates, and those below, from `from_ms` (UTC) on.

    None stands for the action of the unit above.
    """
    upsert(
        connection,
        level_policies,
        [
            {"unit_id": unit_id, "level": level, "from_ms": from_ms, "action": action}
            for level, action in actions.items()
        ],
    )
    increment_revision(connection)


def areas_named(connection: sa.Connection, name: str, day: date) -> list[str]:
    """Return the ids of areas with this id or official code on `day`: usually one or none.

    If several areas had the code in succession, the one of that day is returned, else the last.
    """
    known = connection.execute(sa.select(areas.c.area_id).where(areas.c.area_id == name)).scalar()
    if known:
        return [str(known)]
    rows = connection.execute(areas.select().where(areas.c.code == name)).all()
    valid = [
        row.area_id
        for row in rows
        if (row.from_day is None or row.from_day <= day)
        and (row.until_day is None or row.until_day > day)
    ]
    ended = sorted(rows, key=lambda row: row.until_day or date.max)[-1:]
    return sorted(valid or [row.area_id for row in ended])


def area_named(connection: sa.Connection, name: str, day: date) -> str:
    """Return the only area with this id or code.

    Raises:
        SchoolgateError: no area, or several areas match.
    """
    found = areas_named(connection, name, day)
    if not found:
        raise SchoolgateError(f"there is no area {name}; see: gate-bridge area list")
    if len(found) > 1:
        raise SchoolgateError(
            f"{name} is the code of several areas: {', '.join(found)}; use one of these ids"
        )
    return found[0]
