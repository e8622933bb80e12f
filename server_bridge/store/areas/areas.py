"""Store the tree of areas of residence. Ended areas are kept and refer to their successors."""

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
    """An area of residence.

    `level` is free data. Days are half-open; None: unknown or unlimited. `area_id` is assigned by
    the district and never changes, because official codes are reused: in 2025 many merged communes
    took the code of one of their parts.
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
        """Return whether the area exists on this day."""
        begun = self.from_day is None or self.from_day <= day
        return begun and (self.until_day is None or day < self.until_day)


def all_areas(connection: sa.Connection) -> dict[str, Area]:
    """Return the whole tree by id, sorted by id."""
    rows = connection.execute(areas.select().order_by(areas.c.area_id))
    return {row.area_id: Area(*row) for row in rows}


def find_area(connection: sa.Connection, level: str, code: str, day: date) -> Area | None:
    """Return the area with an official code on `day`, or its successor by then.

    None if no area ever had the code, or its successors do not exist yet or are not known.
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
    """Return the area of an id. Raises SchoolgateError if there is none."""
    row = connection.execute(areas.select().where(areas.c.area_id == area_id)).first()
    if row is None:
        raise SchoolgateError(f"there is no area {area_id}; see: gate-bridge area list")
    return Area(*row)


def area_ancestry(connection: sa.Connection, day: date | None = None) -> dict[str, tuple[str, ...]]:
    """Return for each area itself and all areas above it, nearest first.

    Above an ended area comes its successor and what is above that. With `day`, the tree is taken as
    of that day, when areas that ended later were still below their own parent.
    """
    return ancestor_lines(all_areas(connection), day)


def ancestor_lines(tree: dict[str, Area], day: date | None = None) -> dict[str, tuple[str, ...]]:
    """Return the result of `area_ancestry` for a tree that was read before."""
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
    """Add or replace areas, in any order, with their parents and successors."""
    rows = [{name: getattr(area, name) for name in Area.__slots__} for area in new]
    bare = [{**row, "parent_id": None, "successor_id": None} for row in rows]
    known = set(connection.execute(sa.select(areas.c.area_id)).scalars())
    if fresh := [row for row in bare if row["area_id"] not in known]:
        connection.execute(areas.insert(), fresh)
    upsert(connection, areas, rows)


def local_id(level: str, parent_id: str, taken: Iterable[str]) -> str:
    """Return an id for an area without an official code, such as a hamlet: `hamlet-12271-003`."""
    _, _, stem = parent_id.partition("-")
    prefix = f"{level}-{stem}-"
    numbers = [
        int(area_id.removeprefix(prefix))
        for area_id in taken
        if area_id.startswith(prefix) and area_id.removeprefix(prefix).isdecimal()
    ]
    return f"{prefix}{max(numbers, default=0) + 1:03}"


def official_id(level: str, code: str, from_day: date | None) -> str:
    """Return the id of an area with a code: `commune-12271`, `commune-12271-20250701`."""
    return f"{level}-{code}" + (f"-{from_day:%Y%m%d}" if from_day else "")
