"""Levels of areas by official notices, and what gates of a unit do about them at entry.

Levels: 1 green, 2 yellow, 3 orange, 4 red. A notice holds from its as-of time on, by itself; what
an earlier one says stays on file, so that every moment of the past can be asked for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gate_contract.errors import SchoolgateError
from gate_contract.roster import EntryAction
from gate_contract.school_day import local_day
from server_bridge.store.areas.level_rules import AreaNode, Setting, newest, resolve
from server_bridge.store.changes.revisions import bump
from server_bridge.store.database import upsert
from server_bridge.store.schema.people import area_levels, areas, level_policies, notices
from server_bridge.store.units.tree import ancestry

LEVELS = (1, 2, 3, 4)
AREAS_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
"""In whose days areas begin and end: they are all in Vietnam."""


DEFAULT_POLICY = {
    1: EntryAction.ADMIT,
    2: EntryAction.SIGNAL,
    3: EntryAction.SIGNAL,
    4: EntryAction.REFUSE,
}


@dataclass(frozen=True, slots=True)
class LevelNotice:
    """An official notice. `levels`: by area; None: as the area above. `as_of_ms`: UTC."""

    number: str
    issuer: str
    as_of_ms: int
    levels: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Noted:
    """A line of an area's history."""

    number: str
    issuer: str
    as_of_ms: int
    noted_ms: int
    level: int | None


def levels_at(connection: sa.Connection, at_ms: int) -> dict[str, int]:
    """Every area's level at `at_ms` (UTC), set or inherited; areas without one are absent.

    An area that was merged into another follows that one, unless its own notice is newer.
    """
    decided = deciding_at(connection, at_ms)
    return {area_id: setting.level for area_id, setting in decided.items() if setting.level}


def deciding_at(
    connection: sa.Connection, at_ms: int, foreseen: Iterable[Setting] = ()
) -> dict[str, Setting]:
    """The setting that decides each area's level at `at_ms`, as if `foreseen` were noted too."""
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
    own = newest([*(Setting(*row) for row in rows), *foreseen], at_ms)
    tree = connection.execute(
        sa.select(areas.c.area_id, areas.c.parent_id, areas.c.successor_id, areas.c.until_day)
    )
    nodes = {row.area_id: AreaNode(*row) for row in tree}
    return resolve(nodes, own, local_day(at_ms, AREAS_ZONE))


def is_new(connection: sa.Connection, notice: LevelNotice) -> bool:
    """Whether the notice was not noted before.

    Raises:
        SchoolgateError: one of that number and issuer was noted that says something else.
    """
    row = connection.execute(
        notices.select().where(notices.c.number == notice.number, notices.c.issuer == notice.issuer)
    ).first()
    if row is None:
        return True
    said = sa.select(area_levels.c.area_id, area_levels.c.level)
    kept = connection.execute(said.where(area_levels.c.notice == row.notice))
    same = {line.area_id: line.level for line in kept} == dict(notice.levels)
    if same and row.as_of_ms == notice.as_of_ms:
        return False
    raise SchoolgateError(
        f"notice {notice.number} of {notice.issuer} was noted already and says something else; "
        "notices are kept as they were: note the correction under a number of its own"
    )


def apply_notice(connection: sa.Connection, notice: LevelNotice, now_ms: int) -> bool:
    """Keep a notice; it holds from its as-of time on. False: it was noted before, just the same.

    Raises:
        SchoolgateError: a notice of that number and issuer was noted that says something else.
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
    bump(connection)
    return True


def notice_of(connection: sa.Connection, notice: int) -> tuple[str, str]:
    """Number and issuer of a notice."""
    row = connection.execute(notices.select().where(notices.c.notice == notice)).one()
    return row.number, row.issuer


def history(connection: sa.Connection, area_id: str) -> list[Noted]:
    """What notices said of this very area, the one that would decide first at the top."""
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
    return [Noted(*row) for row in rows]


def next_change(connection: sa.Connection, after_ms: int) -> int | None:
    """When the next notice or policy that is already noted takes effect (UTC in ms)."""
    coming = [
        connection.execute(sa.select(sa.func.min(column)).where(column > after_ms)).scalar()
        for column in (notices.c.as_of_ms, level_policies.c.from_ms)
    ]
    return min((at_ms for at_ms in coming if at_ms is not None), default=None)


def policies_at(connection: sa.Connection, at_ms: int) -> dict[str, dict[int, EntryAction]]:
    """What gates of each unit do at entry, level by level: its own, else that of the unit above."""
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
    """From `from_ms` (UTC) on, gates of the unit and below do this; None: as the unit above."""
    upsert(
        connection,
        level_policies,
        [
            {"unit_id": unit_id, "level": level, "from_ms": from_ms, "action": action}
            for level, action in actions.items()
        ],
    )
    bump(connection)


def areas_named(connection: sa.Connection, name: str, day: date) -> list[str]:
    """The ids of the areas given by id or by official code on `day`: mostly one, or none.

    Of areas that had the code one after the other, the one of that day counts, else the last.
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
    """The one area of that id or code. Raises SchoolgateError: there is none, or there are two."""
    found = areas_named(connection, name, day)
    if not found:
        raise SchoolgateError(f"there is no area {name}; see: gate-bridge area list")
    if len(found) > 1:
        raise SchoolgateError(
            f"{name} is the code of several areas: {', '.join(found)}; use one of these ids"
        )
    return found[0]
