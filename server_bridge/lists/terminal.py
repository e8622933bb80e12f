"""Lists as a terminal shows them."""

from collections.abc import Callable, Iterable, Sequence

from gate_contract.card import CardKind
from server_bridge.levels.texts import COLOURS, NO_LEVEL, colour
from server_bridge.lists.rolling_up import CollectionRollUp, CollectionSchool
from server_bridge.lists.school_list import SchoolList, Totals
from server_bridge.submissions.state import SubmissionState

LEVEL_WORDS = (*COLOURS.values(), NO_LEVEL, "all")


def table(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Lines of columns under each other; numbers to the right."""
    cells = [list(heading), *([_text(value) for value in row] for row in rows)]
    numbers = [
        all(row[place].isdecimal() or not row[place] for row in cells[1:])
        for place in range(len(heading))
    ]
    widths = [max(len(row[place]) for row in cells) for place in range(len(heading))]
    return [
        "  ".join(
            value.rjust(width) if number else value.ljust(width)
            for value, width, number in zip(row, widths, numbers, strict=True)
        ).rstrip()
        for row in cells
    ]


def people_table(listed: SchoolList) -> list[str]:
    """The people of a list."""
    heading = ("#", "name", "born", "class", "area", "commune", "level", "at entry")
    return table(
        heading,
        (
            (
                number,
                row.name,
                f"{row.born:%d/%m/%Y}" if row.born else "",
                row.group or (row.kind if row.kind is not CardKind.PUPIL else ""),
                row.area,
                row.commune,
                colour(row.level),
                row.action,
            )
            for number, row in enumerate(listed.rows, 1)
        ),
    )


def totals_table(first: str, counted: Totals) -> list[str]:
    """Totals by level, their sums in the last line."""
    lines = [*counted.lines, ("all", counted.all)]
    return table((first, *LEVEL_WORDS), ((line, *levels, sum(levels)) for line, levels in lines))


def roll_up_lines(rolled: CollectionRollUp, at: Callable[[int], str]) -> list[str]:
    """A collection's roll-up: schools, sums, who is missing or late. `at` shows a time."""
    collection = rolled.collection
    as_of, deadline = at(collection.as_of_ms), at(collection.deadline_ms)
    units = (
        (
            one.unit.name,
            one.schools,
            one.submitted,
            one.late,
            one.missing,
            *one.counts,
            sum(one.counts),
        )
        for one in rolled.units
    )
    named = [
        f"{word}: {', '.join(names)}"
        for word, names in (("missing", rolled.missing), ("late", rolled.late))
        if names
    ]
    return [
        f"{collection.title}: as of {as_of}, deadline {deadline}",
        "",
        *table(
            ("school", "state", "submitted", "note", *LEVEL_WORDS),
            (_school_cells(line, at) for line in rolled.schools),
        ),
        "",
        *table(("unit", "schools", "submitted", "late", "missing", *LEVEL_WORDS), units),
        "",
        *named,
    ]


def _school_cells(line: CollectionSchool, at: Callable[[int], str]) -> tuple[object, ...]:
    standing = line.standing
    notes = (
        "late" if standing.late and standing.state is not SubmissionState.LATE else "",
        "reopened" if standing.reopened else "",
        "differs from now" if line.differs else "",
    )
    return (
        line.unit.name,
        standing.state.replace("_", " "),
        None if standing.submitted_ms is None else at(standing.submitted_ms),
        ", ".join(filter(None, notes)),
        *(line.counts or (None,) * 5),
        sum(line.counts) if line.counts else None,
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)
