"""Compare a list of units with the known ones. Pure: values in, a plan out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from gate_contract import topics
from server_bridge.areas.listing import (
    UNITS,
    circles,
    in_order,
    level_of,
    list_lines,
    name_of,
    needed,
    span_of,
)
from server_bridge.sheets.faults import Fault, RowRefusal
from server_bridge.sheets.grid import Cell
from server_bridge.sheets.lines import SheetRow
from server_bridge.sheets.opening import Spreadsheet
from server_bridge.sheets.values import CellError, text_of
from server_bridge.store.units.dated import DatedUnit
from server_bridge.store.units.tree import SCHOOL, Unit

_CODE_LENGTH = 20


@dataclass(frozen=True, slots=True)
class UnitPlan:
    """What a list changes."""

    new: list[DatedUnit] = field(default_factory=list)
    changed: list[DatedUnit] = field(default_factory=list)
    same: int = 0
    refusals: list[RowRefusal] = field(default_factory=list)


def plan_units(book: Spreadsheet, known: Mapping[str, DatedUnit]) -> UnitPlan:
    """Compare a list with the tree. Raises SheetError if the file has no list."""
    lines = list(list_lines(book.sheets, UNITS, book.name))
    drafts: dict[str, tuple[SheetRow, DatedUnit]] = {}
    for line in lines:
        dated = _dated(line)
        if line.refusals:
            continue
        if other := drafts.get(dated.unit.unit_id):
            line.refuse("unit_id", Fault.SAME_TWICE, str(other[0].place()))
            continue
        drafts[dated.unit.unit_id] = line, dated
    tree = {**known, **{unit_id: dated for unit_id, (_, dated) in drafts.items()}}
    round_parents = circles({unit_id: dated.unit.parent_id for unit_id, dated in tree.items()})
    round_successors = circles({unit_id: dated.successor_id for unit_id, dated in tree.items()})
    has_children = {dated.unit.parent_id for dated in tree.values()}
    for unit_id, (line, dated) in drafts.items():
        parent_id = dated.unit.parent_id
        if parent_id is not None and parent_id not in tree:
            line.refuse("parent", Fault.UNKNOWN_PARENT, parent_id)
        elif parent_id is not None and tree[parent_id].unit.level == SCHOOL:
            line.refuse("parent", Fault.BELOW_SCHOOL, parent_id)
        elif dated.unit.level == SCHOOL and unit_id in has_children:
            line.refuse("level", Fault.BELOW_SCHOOL, unit_id)
        if dated.successor_id is not None and dated.successor_id not in tree:
            line.refuse("successor", Fault.UNKNOWN_SUCCESSOR, dated.successor_id)
        if unit_id in round_parents:
            line.refuse("parent", Fault.CIRCLE, unit_id)
        if unit_id in round_successors:
            line.refuse("successor", Fault.CIRCLE, unit_id)
    units = [dated for _, dated in drafts.values()]
    return UnitPlan(
        [dated for dated in units if dated.unit.unit_id not in known],
        [dated for dated in units if known.get(dated.unit.unit_id, dated) != dated],
        sum(known.get(dated.unit.unit_id) == dated for dated in units),
        in_order(refusal for line in lines for refusal in line.refusals),
    )


def _dated(line: SheetRow) -> DatedUnit:
    span = span_of(line)
    unit = Unit(
        needed(line, "unit_id", _unit_id, "mã đơn vị (unit id)"),
        name_of(line),
        needed(line, "level", level_of, "cấp (level)"),
        line.read("parent", _unit_id),
    )
    return DatedUnit(
        unit,
        line.text("code", _CODE_LENGTH),
        span.from_day,
        span.until_day,
        line.read("successor", _unit_id),
    )


def _unit_id(cell: Cell) -> str | None:
    """Return a unit id, which has to be valid within an MQTT topic. Raises CellError."""
    shown = text_of(cell)
    if shown is not None and not re.fullmatch(topics.UNIT_ID, shown):
        raise CellError(Fault.WRONG_CODE, "1-40: a-z 0-9 -")
    return shown
