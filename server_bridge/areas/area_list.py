"""Compare a list of areas with the known ones. Pure: values in, a plan out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from server_bridge.areas.listing import (
    AREAS,
    ValidityPeriod,
    circles,
    in_order,
    level_of,
    list_lines,
    name_of,
    needed,
    span_of,
)
from server_bridge.areas.naming import CODE_WIDTHS, area_key
from server_bridge.sheets.faults import Fault, RowRefusal
from server_bridge.sheets.grid import Cell
from server_bridge.sheets.lines import SheetRow
from server_bridge.sheets.opening import Spreadsheet
from server_bridge.sheets.values import CellError, text_of, wide_code
from server_bridge.store.areas.areas import Area, local_id, official_id

CODE_LENGTH = 18
ID_LENGTH = 40


@dataclass(frozen=True, slots=True)
class AreaPlan:
    """What a list changes."""

    new: list[Area] = field(default_factory=list)
    changed: list[Area] = field(default_factory=list)
    same: int = 0
    refusals: list[RowRefusal] = field(default_factory=list)


@dataclass(slots=True)
class _Draft:
    """A row while it is being interpreted."""

    line: SheetRow
    area: Area
    parent: str | None
    parent_level: str | None
    successor: str | None


def plan_areas(book: Spreadsheet, known: Mapping[str, Area]) -> AreaPlan:
    """Compare a list with the tree. Raises SheetError if the file has no list."""
    lines = list(list_lines(book.sheets, AREAS, book.name))
    drafts = [_draft(line) for line in lines]
    tree = _Tree(known)
    good = [draft for draft in drafts if not draft.line.refusals]
    for draft in good:
        if draft.area.code:
            tree.add(draft)
    for draft in good:
        tree.find_parent(draft)
    for draft in good:
        tree.find_successor(draft)
    listed = {draft.area.area_id: draft for draft in good if not draft.line.refusals}
    for above in ("parent_id", "successor_id"):
        chain = {area_id: getattr(area, above) for area_id, area in tree.areas.items()}
        for area_id in circles(chain) & listed.keys():
            draft = listed[area_id]
            draft.line.refuse(above.removesuffix("_id"), Fault.CIRCLE, draft.area.name)
    areas = [tree.areas[area_id] for area_id in listed]
    return AreaPlan(
        [area for area in areas if area.area_id not in known],
        [area for area in areas if area.area_id in known and known[area.area_id] != area],
        sum(known.get(area.area_id) == area for area in areas),
        in_order(refusal for line in lines for refusal in line.refusals),
    )


class _Tree:
    """The known areas, and those that the list adds."""

    def __init__(self, known: Mapping[str, Area]) -> None:
        self.areas = dict(known)
        self._by_code: dict[str, list[str]] = {}
        self._own: dict[tuple[str | None, str, object], str] = {}
        self._drafted: dict[str, _Draft] = {}
        for area in known.values():
            self._index(area)

    def add(self, draft: _Draft) -> None:
        """Add an area that has a code, or refuse it if it exists already on some day."""
        area = draft.area
        if other := self._drafted.get(area.area_id):
            draft.line.refuse("code", Fault.SAME_TWICE, str(other.line.place()))
            return
        self._drafted[area.area_id] = draft
        span = ValidityPeriod(area.from_day, area.until_day)
        for area_id in self._by_code.get(area.code or "", []):
            other_area = self.areas[area_id]
            if (
                other_area.level == area.level
                and area_id != area.area_id
                and span.overlaps(ValidityPeriod(other_area.from_day, other_area.until_day))
            ):
                draft.line.refuse("from_day", Fault.SAME_TWICE, area_id)
                return
        if area.area_id not in self.areas:
            self._index(area)
        self.areas[area.area_id] = area

    def find_parent(self, draft: _Draft) -> None:
        """Set an area's parent, and the id of an area without a code."""
        area = draft.area
        parent_id = None
        if draft.parent is not None:
            day = area.from_day or (
                area.until_day - timedelta(days=1) if area.until_day else date.max
            )
            found = [
                other
                for area_id in self._by_code.get(draft.parent, [])
                if (other := self.areas[area_id]).level != area.level
                and draft.parent_level in (None, other.level)
            ]
            existing = [other for other in found if other.holds_on(day)]
            latest = sorted(found, key=lambda other: other.until_day or date.max)[-1:]
            if len(existing) > 1:
                draft.line.refuse("parent", Fault.UNSURE_PARENT, draft.parent)
                return
            if not latest:
                draft.line.refuse("parent", Fault.UNKNOWN_PARENT, draft.parent)
                return
            parent_id = (existing or latest)[0].area_id
        draft.area = replace(area, parent_id=parent_id)
        if area.code is None:
            self._name_own(draft)
        if not draft.line.refusals:
            self.areas[draft.area.area_id] = draft.area

    def find_successor(self, draft: _Draft) -> None:
        """Set the area that this one became part of, on the day when it ended."""
        area = draft.area
        if draft.successor is None or draft.line.refusals:
            return
        if area.until_day is None:
            draft.line.refuse("until_day", Fault.MISSING, "ngày kết thúc (valid until)")
            return
        for area_id in self._by_code.get(draft.successor, []):
            other = self.areas[area_id]
            if other.level == area.level and other.holds_on(area.until_day):
                draft.area = replace(area, successor_id=area_id)
                self.areas[area.area_id] = draft.area
                return
        draft.line.refuse("successor", Fault.UNKNOWN_SUCCESSOR, draft.successor)

    def _name_own(self, draft: _Draft) -> None:
        """Identify an area without a code by its name below its parent."""
        area = draft.area
        if area.parent_id is None:
            draft.line.refuse("code", Fault.MISSING, "mã (code)")
            return
        key = (area.parent_id, area.level, area_key(area.level, area.name))
        area_id = self._own.get(key)
        if area_id is None:
            area_id = local_id(area.level, area.parent_id, self.areas)
        elif other := self._drafted.get(area_id):
            draft.line.refuse("name", Fault.SAME_TWICE, str(other.line.place()))
            return
        code = area_id.partition("-")[2]
        draft.area = replace(area, area_id=area_id, code=code)
        self._drafted[area_id] = draft
        self._index(draft.area)

    def _index(self, area: Area) -> None:
        if area.code:
            self._by_code.setdefault(area.code, []).append(area.area_id)
        key = (area.parent_id, area.level, area_key(area.level, area.name))
        self._own[key] = area.area_id


def _draft(line: SheetRow) -> _Draft:
    level = needed(line, "level", level_of, "cấp (level)")
    span = span_of(line)

    def code(cell: Cell) -> str | None:
        width = CODE_WIDTHS.get(level)
        return wide_code(cell, width) if width else _other_code(cell)

    found = line.read("code", code)
    if found and len(official_id(level, found, span.from_day)) > ID_LENGTH:
        line.refuse("code", Fault.TOO_LONG, str(CODE_LENGTH))
    area = Area(
        official_id(level, found, span.from_day) if found else "",
        found,
        name_of(line),
        level,
        from_day=span.from_day,
        until_day=span.until_day,
    )
    parent_level = line.read("parent_level", level_of)
    return _Draft(
        line,
        area,
        line.read("parent", lambda cell: _parent_code(cell, level, parent_level)),
        parent_level,
        line.read("successor", code),
    )


def _other_code(cell: Cell) -> str | None:
    """Return a code of a level whose codes have no fixed width. Raises CellError."""
    if isinstance(cell, float):
        raise CellError(Fault.UNSURE_CODE)
    shown = text_of(cell, CODE_LENGTH)
    if shown and not re.fullmatch(r"[A-Za-z0-9-]+", shown):
        raise CellError(Fault.WRONG_CODE, "a-z 0-9 -")
    return shown


def _parent_code(cell: Cell, level: str, parent_level: str | None) -> str | None:
    """Restore a number's zeros where it is certain which level it is of. Raises CellError."""
    above = parent_level or {"hamlet": "commune", "district": "province"}.get(level)
    shown = text_of(cell)
    if shown is None or not shown.isdecimal():
        return shown
    if above in CODE_WIDTHS:
        return wide_code(cell, CODE_WIDTHS[above])
    if isinstance(cell, float) and len(shown) < 3:  # 1 may be the province 01 or the district 001
        raise CellError(Fault.UNSURE_CODE)
    return shown
