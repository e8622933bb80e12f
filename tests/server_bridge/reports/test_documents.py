"""Reports as spreadsheet, CSV and letter: their content and layout."""

import csv
import io
import re
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # it has no types
from fpdf import FPDF
from python_calamine import CalamineWorkbook

from gate_contract.card import CardKind
from gate_contract.errors import SchoolgateError
from gate_contract.verdicts import REFUSALS, Verdict
from server_bridge.i18n.formats import Formats
from server_bridge.i18n.phrases import Lang
from server_bridge.letters.fonts import FOLDERS, add_letter_fonts
from server_bridge.letters.pdf import STATE_MM
from server_bridge.letters.tables import ColumnType, Table, TableColumn, format_cell
from server_bridge.letters.workbook import ENGLISH, VIETNAMESE, LetterHead
from server_bridge.printing.fonts import close_fonts
from server_bridge.reports.delimited import write_csv
from server_bridge.reports.documents import as_pdf, as_workbook, staff_pdf
from server_bridge.reports.period import PeriodKind, period
from server_bridge.reports.report import MissingReason, Report, make_report
from server_bridge.reports.staff import staff_year
from server_bridge.reports.tables import notes, raw_table, tables
from server_bridge.reports.tallying import tally_due
from server_bridge.reports.texts import WORDS, period_name
from server_bridge.store.database import Database
from server_bridge.store.units.tree import Unit, add_unit
from tests.builders.intake import take
from tests.builders.school import (
    COMMUNE,
    OTHER_SCHOOL,
    SCHOOL,
    SECOND_GATE,
    ZONE,
    Scribe,
    add_units_and_gates,
)
from tests.builders.school_morning import NOW_MS, SchoolMorning
from tests.fakes.clock import MORNING_MS

DAY = date(2026, 9, 7)
DAY_MS = 86_400_000
LATER_MS = NOW_MS + 8 * DAY_MS
MADE = datetime(2026, 9, 15, 1, tzinfo=UTC).astimezone(ZONE)
VI, EN = (Formats(lang, ZONE) for lang in Lang)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    made = add_units_and_gates(Database(f"sqlite:///{tmp_path_factory.mktemp('files')}/bridge.db"))
    with made.write() as connection:
        add_unit(connection, Unit("mn-e", "Trường Mầm non E", "school", COMMUNE))
    SchoolMorning(made)
    second = Scribe(SECOND_GATE).enter(1, at=MORNING_MS + DAY_MS).leave(1, at=MORNING_MS + DAY_MS)
    second.write(Verdict.EXPIRED, at=MORNING_MS + DAY_MS, count=3)
    take(made, [second.letter()], LATER_MS)
    tally_due(made, LATER_MS, ZONE)
    yield made
    made.close()


def report(database: Database, unit_id: str, kind: str = "month") -> Report:
    with database.read() as connection:
        return make_report(connection, unit_id, period(PeriodKind(kind), DAY), LATER_MS, ZONE)


def sheets(content: bytes) -> Mapping[str, Sequence[Sequence[object]]]:
    book = CalamineWorkbook.from_object(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_what_is_not_known_is_empty_and_says_why(database: Database) -> None:
    made = report(database, COMMUNE)
    assert {line.unit.unit_id: line.missing_reason for line in made.lines} == {
        SCHOOL: None,
        OTHER_SCHOOL: MissingReason.NO_SCANS,
        "mn-e": MissingReason.NO_GATE,
    }
    summary, *_ = tables(made, Lang.VI)
    by_name = {row[0]: row for row in summary.rows}
    assert by_name["Trường Mầm non E"][1:] == (*(None,) * 9, "Chưa đăng ký cổng")
    assert by_name["Trường Tiểu học B"][1:] == (*(None,) * 9, "Không có số liệu")
    assert summary.sums[-1] == "2/3 trường không có số liệu"
    gates = next(table for table in tables(made, Lang.EN) if table.key == "gates")
    assert gates.sums[1:7] == (3, 2, 1, 3, 2, 2)


def test_every_period_has_the_same_figures(database: Database) -> None:
    day, week, month, year = (report(database, SCHOOL, kind).whole for kind in PeriodKind)
    assert week == month == year
    assert (day.of(CardKind.PUPIL).enrolled, month.of(CardKind.PUPIL).enrolled) == (6, 12)
    assert (day.all.entered, month.all.entered) == (8, 9)
    steps = report(database, SCHOOL, "year").steps
    assert list(steps) == [date(2026, 9, 1)]
    assert [report(database, COMMUNE, kind).unfinished for kind in PeriodKind] == [
        *(False, False, True, True)
    ]


def test_a_spreadsheet_has_real_tables_charts_and_prints_on_a4(database: Database) -> None:
    content = as_workbook(report(database, COMMUNE), VI, MADE)
    assert content == as_workbook(report(database, COMMUNE), VI, MADE)
    found = sheets(content)
    assert [*found] == [
        *("Tổng hợp", "Tỷ lệ quét thẻ", "Chuyên cần học sinh", "Diễn biến", "Lượt bị từ chối"),
        *("Cổng và mức sử dụng", "Biểu đồ"),
    ]
    summary = found["Tổng hợp"]
    start = next(place for place, row in enumerate(summary) if row[0] == "Đơn vị")
    by_name = {row[0]: row for row in summary[start + 1 :]}
    assert by_name["Trường THCS A"][1] == 0.5
    assert by_name["Trường Mầm non E"][1] == ""
    assert by_name["Tổng cộng"][6] == 9
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist() if "xml" in name}
    pages = [text for name, text in parts.items() if re.search(r"worksheets/sheet\d", name)]
    assert all('paperSize="9"' in page for page in pages)
    assert sum('orientation="landscape"' in page for page in pages) == 4
    assert parts["xl/workbook.xml"].count("_xlnm.Print_Titles") == 6
    assert sum(name.startswith("xl/tables/") for name in parts) == 6
    assert not any("<f>" in page for page in pages)
    charts = [text for name, text in parts.items() if name.startswith("xl/charts/chart")]
    assert len(charts) == 4
    for chart in charts:
        # A chart refers to cells of a table: headings, first column, numbers.
        for what in re.findall(r"<c:f>'?([^'<]+)'?!\$(\w+)\$(\d+):?", chart):
            assert what[0] in found
            assert int(what[2]) >= start
        ET.fromstring(chart)  # noqa: S314 (our own file)


def test_english_where_it_is_asked_for(database: Database) -> None:
    found = sheets(as_workbook(report(database, SCHOOL), EN, MADE))
    assert [*found][:3] == ["Summary", "By class", "Over time"]
    text = str(found["Summary"])
    assert "SOCIALIST REPUBLIC OF VIET NAM" in text
    assert not set(re.findall("[ạảấầẩẫậắằẳẵặẹẻẽếềểễệịỉĩ]+", text.replace("Trường THCS A", "")))
    assert period_name(period(PeriodKind.WEEK, DAY), EN) == "Week from 07/09/2026 to 13/09/2026"
    assert (format_cell(0.8333, VI), format_cell(0.8333, EN), format_cell(None, EN)) == (
        "83,3%",
        "83.3%",
        "–",
    )


def test_csv_opens_in_excel_and_holds_no_formula(database: Database) -> None:
    content = write_csv(raw_table(report(database, COMMUNE), Lang.VI))
    assert content.startswith(b"\xef\xbb\xbf")
    heading, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert heading[:4] == ["Mã đơn vị", "Đơn vị", "Cấp", "Đối tượng"]
    assert [row[6] for row in rows if row[0] == SCHOOL] == ["12", "1", "0"]
    assert {row[6] for row in rows if row[0] == "mn-e"} == {""}
    hostile = ["=1+1", "+84", "-2", "@SUM(A1)", "\t=1", "  =1", "=cmd|' /C calc'!A0"]
    table = Table(
        "x", "x", (TableColumn("=x", 1, ColumnType.TEXT),), tuple((text,) for text in hostile)
    )
    cells = csv.reader(io.StringIO(write_csv(table).decode("utf-8-sig"), newline=""))
    assert [row[0] for row in cells] == [f"'{text}" for text in ["=x", *hostile]]


@pytest.mark.parametrize("unit_id", [COMMUNE, SCHOOL])
def test_a_letter_has_the_official_head(database: Database, unit_id: str, tmp_path: Path) -> None:
    file = tmp_path / "letter.pdf"
    file.write_bytes(as_pdf(report(database, unit_id), VI, MADE, "Xã C"))
    done = subprocess.run(["pdftotext", "-layout", file, "-"], check=True, capture_output=True)
    first, *annexes = done.stdout.decode().strip("\f").split("\f")
    for words in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Xã C, ngày 15 tháng 09 năm 2026",
        "BÁO CÁO",
        "Tháng 09/2026",
        "Nơi nhận:",
        "50,0%",
        "HIỆU TRƯỞNG" if unit_id == SCHOOL else "THỦ TRƯỞNG ĐƠN VỊ",
        "XÃ C" if unit_id == SCHOOL else "TỈNH Đ",
    ):
        assert words in first, words
    assert "PHỤ LỤC" in annexes[0]
    assert ("Chưa đăng ký cổng: Trường Mầm non E" in first) == (unit_id == COMMUNE)


def test_the_staffs_year_is_a_letter_too(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "letter.pdf"
    with database.read() as connection:
        year = staff_year(connection, SCHOOL, period(PeriodKind.YEAR, DAY))
    file.write_bytes(staff_pdf(year, VI, MADE, "Xã C"))
    done = subprocess.run(["pdftotext", "-layout", file, "-"], check=True, capture_output=True)
    first, annex = done.stdout.decode().strip("\f").split("\f")
    for words in ("Quét thẻ của cán bộ, giáo viên – Năm học 2026", "HIỆU TRƯỞNG", "Có 1 cán bộ"):
        assert words in first, words
    assert "Cô Mai" not in first
    assert re.search(r"Cô Mai +\d+ +– +1 +1 +1 +0 +0 +0 +0 +1 +100,0%", annex)


FACES = [folder for folder in FOLDERS if (folder / "LiberationSerif-Bold.ttf").is_file()]
LONG_OFFICE = "Trường Phổ thông dân tộc bán trú Tiểu học và Trung học cơ sở Phình Hồ"


@contextmanager
def lettering(folder: Path) -> Iterator[FPDF]:
    """Return a document with the font of letters, from `folder`, under the name `x`."""
    pdf = FPDF()
    try:
        add_letter_fonts(pdf, "x", folder)
        yield pdf
    finally:
        close_fonts(pdf)


@pytest.mark.parametrize("folder", FACES, ids=lambda folder: folder.name)
@pytest.mark.parametrize("head", [VIETNAMESE, ENGLISH], ids=["vi", "en"])
def test_the_state_fits_on_one_line_in_every_face(folder: Path, head: LetterHead) -> None:
    with lettering(folder) as pdf:
        assert pdf.fonts.keys() == {"x", "xB", "xI", "xBI"}
        for text, size in ((head.state, 12), (head.motto, 13)):
            pdf.set_font("x", "B", size)
            assert pdf.get_string_width(text) <= STATE_MM, text


def test_a_letters_face_is_installed_and_no_other_is_taken_for_it(tmp_path: Path) -> None:
    assert FACES
    (tmp_path / "dejavu").symlink_to("/usr/share/fonts/truetype/dejavu")
    (tmp_path / "old").mkdir()
    for style in ("Regular", "Bold", "Italic", "BoldItalic"):
        with TTFont(FACES[0] / f"LiberationSerif-{style}.ttf") as font:
            for table in font["cmap"].tables:
                table.cmap.pop(ord("ậ"), None)
            font.save(tmp_path / "old" / f"LiberationSerif-{style}.ttf")
    for folders in ([tmp_path], [tmp_path / "dejavu"], [tmp_path / "old"]):
        with pytest.raises(SchoolgateError, match="install the Debian package fonts-liberation2"):
            add_letter_fonts(FPDF(), "x", *folders)


def test_long_names_of_offices_fill_their_lines_evenly(database: Database, tmp_path: Path) -> None:
    made = report(database, SCHOOL)
    unit = replace(made.unit, name=LONG_OFFICE)
    file = tmp_path / "letter.pdf"
    file.write_bytes(as_pdf(replace(made, unit=unit), VI, MADE, "Thành phố Hồ Chí Minh"))
    lines = list(boxes(file))
    middle_mm = 22 + 78 / 2
    office = [line for line in lines if line.text and line.text in LONG_OFFICE.upper()]
    assert " ".join(line.text for line in office) == LONG_OFFICE.upper()
    assert len(office) == 3
    assert all((line.left + line.right) / 2 == pytest.approx(middle_mm, abs=1) for line in office)
    assert min(line.right - line.left for line in office) > 45
    state = next(line for line in lines if line.text == VIETNAMESE.state)
    assert 103 <= state.left < state.right <= 195


@dataclass(frozen=True)
class Line:
    """A line of a page: its text, and where it begins and ends, in mm."""

    text: str
    left: float
    right: float


def boxes(file: Path) -> Iterator[Line]:
    """Return the lines of a PDF's first page, one for each column."""
    done = subprocess.run(
        ["pdftotext", "-l", "1", "-bbox-layout", file, "-"], check=True, capture_output=True
    )
    for line in ET.fromstring(done.stdout).iter("{http://www.w3.org/1999/xhtml}line"):  # noqa: S314 (ours)
        words = " ".join(word.text or "" for word in line)
        left, right = (float(line.attrib[name]) * 25.4 / 72 for name in ("xMin", "xMax"))
        yield Line(words, left, right)


def test_a_report_that_is_not_done_says_so(database: Database) -> None:
    made = report(database, COMMUNE)
    assert "tạm tính" in notes(made, VI)[0]
    assert "2 ngày" in notes(replace(made, waiting=2), VI)[1]
    with database.read() as connection, pytest.raises(SchoolgateError, match="no unit"):
        make_report(connection, SCHOOL, made.period, LATER_MS, ZONE, within={COMMUNE})


def test_every_reason_has_its_word() -> None:
    assert {f"report_r_{code}" for code in REFUSALS} <= WORDS.keys()
