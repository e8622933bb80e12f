"""Lists as a terminal shows them."""

from collections.abc import Iterable, Sequence

from gate_contract.card import Kind
from server_bridge.levels.words import COLOURS, NO_LEVEL, colour
from server_bridge.lists.school_list import SchoolList, Totals

LEVEL_WORDS = (*COLOURS.values(), NO_LEVEL, "all")


def table(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Lines of columns under each other; numbers to the right."""
    cells = [list(heading), *([_text(value) for value in row] for row in rows)]
    numbers = [
        all(row[place].isdecimal() for row in cells[1:]) and len(cells) > 1
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
                row.group or (row.kind if row.kind is not Kind.PUPIL else ""),
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


def _text(value: object) -> str:
    return "" if value is None else str(value)
