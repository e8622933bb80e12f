"""A collection's roll-up as a letter: sums by unit, and every school with its state."""

from datetime import datetime
from typing import IO
from zoneinfo import ZoneInfo

from server_bridge.letters.workbook import Cell, LetterColumn, LetterWorkbook
from server_bridge.lists.list_sheets import LEVEL_COLUMNS
from server_bridge.lists.rolling_up import CollectionRollUp
from server_bridge.submissions.state import SubmissionState

STATES_VI = {
    SubmissionState.NOT_STARTED: "Chưa thực hiện",
    SubmissionState.IN_PROGRESS: "Đang thực hiện",
    SubmissionState.ON_TIME: "Đã nộp đúng hạn",
    SubmissionState.LATE: "Đã nộp muộn",
    SubmissionState.LOCKED: "Đã khóa",
}
_UNITS = (
    LetterColumn("Đơn vị", 34),
    LetterColumn("Số trường", 10, centred=True),
    LetterColumn("Đã nộp", 10, centred=True),
    LetterColumn("Nộp muộn", 10, centred=True),
    LetterColumn("Chưa nộp", 10, centred=True),
    *LEVEL_COLUMNS,
)
_SCHOOLS = (
    LetterColumn("STT", 6, centred=True),
    LetterColumn("Trường", 34),
    LetterColumn("Thuộc", 24),
    LetterColumn("Trạng thái", 18),
    LetterColumn("Nộp lúc", 17, centred=True),
    LetterColumn("Ghi chú", 28),
    *LEVEL_COLUMNS,
)


def write_roll_up(
    stream: IO[bytes], rolled: CollectionRollUp, *, above: str, made: datetime, zone: ZoneInfo
) -> None:
    """Write the roll-up as XLSX. `above`: the office above the collection's; `made`: local."""
    collection = rolled.collection

    def shown(at_ms: int) -> str:
        return datetime.fromtimestamp(at_ms / 1000, zone).strftime("%H:%M %d/%m/%Y")

    below = (
        f"(Số liệu thời điểm {shown(collection.as_of_ms)}; hạn nộp {shown(collection.deadline_ms)};"
        f" tổng hợp lúc {shown(rolled.at_ms)})"
    )
    title = f"TỔNG HỢP: {collection.title.upper()}"
    office = next(
        line.unit.name for line in rolled.units if line.unit.unit_id == collection.unit_id
    )
    with LetterWorkbook(stream, office=office, above=above, made=made) as letter:
        page = letter.sheet("Tổng hợp", title, below, _UNITS)
        page.table(
            [
                (
                    line.unit.name,
                    line.schools,
                    line.submitted,
                    line.late,
                    line.missing,
                    *line.counts,
                    sum(line.counts),
                )
                for line in rolled.units
            ]
        )
        page.signatures("NGƯỜI LẬP BIỂU", "THỦ TRƯỞNG ĐƠN VỊ")
        page = letter.sheet("Các trường", title, below, _SCHOOLS)
        rows: list[tuple[Cell, ...]] = []
        for number, school in enumerate(rolled.schools, 1):
            standing = school.standing
            notes = (
                "nộp muộn" if standing.late and standing.state is not SubmissionState.LATE else "",
                "đã mở khóa" if standing.reopened else "",
                "khác số liệu hiện tại" if school.differs else "",
                "chưa nộp"
                if standing.state is SubmissionState.LOCKED and school.counts is None
                else "",
            )
            counts: tuple[Cell, ...] = school.counts or (None,) * 5
            rows.append(
                (
                    number,
                    school.unit.name,
                    school.commune,
                    STATES_VI[standing.state],
                    shown(standing.submitted_ms) if standing.submitted_ms is not None else "",
                    ", ".join(filter(None, notes)),
                    *counts,
                    sum(school.counts) if school.counts else None,
                )
            )
        page.table(rows)
