"""The tree of areas of residence. Old ones stay, and lead to what they became part of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from gate_contract.errors import SchoolgateError
from server_bridge.store.database import upsert
from server_bridge.store.schema.people import areas

PROVINCE, DISTRICT, COMMUNE, HAMLET = "province", "district", "commune", "hamlet"


@dataclass(frozen=True, slots=True)
class Area:
    """`level` is data. Days are half-open; None: as long as anybody knows.

    `area_id` is ours and stays for ever: official codes are given again, as in 2025, when many
    merged communes took the code of one of their parts.
    """

    area_id: str
    code: str | None
    name: str
    level: str
    parent_id: str | None = None
    from_day: date | None = None
    until_day: date | None = None
    successor_id: str | None = None

    def holds_on(self, day: date) -> bool:
        """Whether there is such an area on this day."""
        begun = self.from_day is None or self.from_day <= day
        return begun and (self.until_day is None or day < self.until_day)


def all_areas(connection: sa.Connection) -> dict[str, Area]:
    """The whole tree, by id, sorted by it."""
    rows = connection.execute(areas.select().order_by(areas.c.area_id))
    return {row.area_id: Area(*row) for row in rows}


def find_area(connection: sa.Connection, level: str, code: str, day: date) -> Area | None:
    """What an official code means on `day`: the area of that code, or what it has become by then.

    None if no area ever had the code, or its successors have not begun or are not known.
    """
    query = areas.select().where(areas.c.level == level, areas.c.code == code)
    found = [Area(*row) for row in connection.execute(query)]
    for area in found:
        if area.holds_on(day):
            return area
    ended = [area for area in found if area.until_day and area.until_day <= day]
    latest = max(ended, key=lambda area: area.until_day or date.min, default=None)
    seen: set[str] = set()
    while latest and not latest.holds_on(day) and latest.successor_id not in {None, *seen}:
        seen.add(latest.area_id)
        successor = areas.select().where(areas.c.area_id == latest.successor_id)
        latest = Area(*connection.execute(successor).one())
    return latest if latest and latest.holds_on(day) else None


def get_area(connection: sa.Connection, area_id: str) -> Area:
    """The area of an id. Raises SchoolgateError."""
    row = connection.execute(areas.select().where(areas.c.area_id == area_id)).first()
    if row is None:
        raise SchoolgateError(f"there is no area {area_id}; see: gate-bridge area list")
    return Area(*row)


def area_line(connection: sa.Connection, day: date | None = None) -> dict[str, tuple[str, ...]]:
    """For each area: itself and all above it, nearest first.

    Above an area that has ended stands what it became part of, and what is above that; `day`: as
    it was then, when areas that ended later still stood below their own parent.
    """
    return lines(all_areas(connection), day)


def lines(tree: dict[str, Area], day: date | None = None) -> dict[str, tuple[str, ...]]:
    """`area_line` of a tree that was read before."""
    found: dict[str, tuple[str, ...]] = {}
    for area_id in tree:
        line: list[str] = []
        following: str | None = area_id
        while following is not None and following not in line:
            if following in found:
                line += found[following]
                break
            line.append(following)
            area = tree[following]
            ended = day is None or (area.until_day is not None and area.until_day <= day)
            following = (area.successor_id if ended else None) or area.parent_id
        found[area_id] = tuple(line)
    return found


def add_areas(connection: sa.Connection, new: Iterable[Area]) -> None:
    """Add areas or replace those of the same id, in any order, with what they refer to."""
    rows = [{name: getattr(area, name) for name in Area.__slots__} for area in new]
    bare = [{**row, "parent_id": None, "successor_id": None} for row in rows]
    known = set(connection.execute(sa.select(areas.c.area_id)).scalars())
    if fresh := [row for row in bare if row["area_id"] not in known]:
        connection.execute(areas.insert(), fresh)
    upsert(connection, areas, rows)


def own_id(level: str, parent_id: str, taken: Iterable[str]) -> str:
    """An id for an area that has no official code, such as a hamlet: `hamlet-12271-003`."""
    _, _, stem = parent_id.partition("-")
    prefix = f"{level}-{stem}-"
    numbers = [
        int(area_id.removeprefix(prefix))
        for area_id in taken
        if area_id.startswith(prefix) and area_id.removeprefix(prefix).isdecimal()
    ]
    return f"{prefix}{max(numbers, default=0) + 1:03}"


def official_id(level: str, code: str, from_day: date | None) -> str:
    """The id of an area with a code: `commune-12271`, `commune-12271-20250701`."""
    return f"{level}-{code}" + (f"-{from_day:%Y%m%d}" if from_day else "")
