"""A school's list as a letter: the people, and the totals by class and by area."""

from datetime import datetime
from typing import IO
from zoneinfo import ZoneInfo

from gate_contract.roster import EntryAction
from server_bridge.letters.workbook import Cell, LetterColumn, LetterWorkbook
from server_bridge.levels.texts import COLOURS_VI, NO_LEVEL_VI, colour_vi
from server_bridge.lists.school_list import SchoolList, Totals

ACTIONS_VI = {
    EntryAction.ADMIT: "Được vào",
    EntryAction.SIGNAL: "Được vào, báo hiệu",
    EntryAction.REFUSE: "Không được vào",
}
_PEOPLE = (
    LetterColumn("STT", 6, centred=True),
    LetterColumn("Họ và tên", 28),
    LetterColumn("Mã định danh", 16, centred=True),
    LetterColumn("Ngày sinh", 12),
    LetterColumn("Giới tính", 9, centred=True),
    LetterColumn("Lớp / Tổ", 12, centred=True),
    LetterColumn("Thôn", 22),
    LetterColumn("Xã", 22),
    LetterColumn("Cấp độ", 14, centred=True),
    LetterColumn("Tại cổng trường", 19, centred=True),
)
_LEVEL_COLUMN = 8
LEVEL_COLUMNS = (
    *(
        LetterColumn(f"Cấp {level} ({name})", 13, centred=True)
        for level, name in COLOURS_VI.items()
    ),
    LetterColumn(NO_LEVEL_VI.capitalize(), 13, centred=True),
    LetterColumn("Tổng số", 13, centred=True),
)


SEXES_VI = {"female": "Nữ", "male": "Nam"}
"""As rosters keep it, and as lists say it; anything else is said as it is."""


def write_list(stream: IO[bytes], listed: SchoolList, *, made: datetime, zone: ZoneInfo) -> None:
    """Write the list as XLSX. `made`: when, local."""
    at = datetime.fromtimestamp(listed.at_ms / 1000, zone)
    below = f"(Thời điểm {at:%H giờ %M} ngày {at:%d/%m/%Y}; {len(listed.rows)} người)"
    title = "DANH SÁCH NGƯỜI CƯ TRÚ TẠI ĐỊA BÀN THEO CẤP ĐỘ DỊCH"
    if listed.levels:
        asked = ", ".join(colour_vi(level) for level in listed.levels)
        title = f"DANH SÁCH NGƯỜI CƯ TRÚ TẠI ĐỊA BÀN: {asked.upper()}"
    with LetterWorkbook(stream, office=listed.school.name, above=listed.above, made=made) as letter:
        page = letter.sheet("Danh sách", title, below, _PEOPLE)
        rows: list[tuple[Cell, ...]] = [
            (
                number,
                row.name,
                row.code,
                row.born,
                SEXES_VI.get(row.sex or "", row.sex),
                row.group,
                row.area,
                row.commune,
                colour_vi(row.level),
                ACTIONS_VI[row.action],
            )
            for number, row in enumerate(listed.rows, 1)
        ]
        page.table(rows, fills=[{_LEVEL_COLUMN: row.level or 0} for row in listed.rows])
        page.signatures("NGƯỜI LẬP BIỂU", "HIỆU TRƯỞNG")
        at_school = "(Toàn trường; " + below.removeprefix("(").split(";")[0] + ")"
        for name, first, width, counted in (
            ("Tổng hợp theo lớp", "Lớp", 24, listed.by_class),
            ("Tổng hợp theo địa bàn", "Địa bàn", 44, listed.by_area),
        ):
            _totals(letter, name, at_school, LetterColumn(first, width), counted)


def _totals(
    letter: LetterWorkbook, name: str, below: str, first: LetterColumn, counted: Totals
) -> None:
    page = letter.sheet(name, name.upper(), below, (first, *LEVEL_COLUMNS))
    page.table(
        [(line, *levels, sum(levels)) for line, levels in counted.lines],
        sums=("Tổng cộng", *counted.all, sum(counted.all)),
    )
