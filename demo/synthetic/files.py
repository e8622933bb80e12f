"""Write spreadsheets as offices have them: lists of areas and units, a school's export."""

import csv
from collections.abc import Iterable
from dataclasses import astuple
from datetime import date
from pathlib import Path

import xlsxwriter

from demo.synthetic.people import YEAR, Someone
from demo.synthetic.province import Province, SyntheticSchool
from server_bridge.people.cells import plain

AREA_HEADINGS = (
    "level",
    "code",
    "name",
    "parent code",
    "parent level",
    "valid from",
    "valid until",
    "merged into",
)
UNIT_HEADINGS = ("unit id", "name", "level", "parent id")
_PUPIL_HEADINGS = ("STT", "Mã lớp", "Mã định danh Bộ GD&ĐT", "Họ tên")
_STAFF_HEADINGS = ("STT", "Tổ chuyên môn", "Mã định danh Bộ GD&ĐT", "Họ tên")
_DETAILS = ("Ngày sinh", "Giới tính", "Dân tộc", "Số ĐDCN")
_RESIDENCE = ("Tỉnh", "Xã", "Thôn")
_WIDTHS = (5, 11, 18, 26, 12, 9, 9, 15, 18, 18, 16, 12)
_HEAD_ROW = 5


def write_areas(path: Path, province: Province) -> None:
    """Write the list of areas as CSV."""
    _write_csv(path, AREA_HEADINGS, (astuple(row) for row in province.areas))


def write_units(path: Path, province: Province) -> None:
    """Write the list of units as CSV."""
    _write_csv(path, UNIT_HEADINGS, province.units())


def write_pupils(path: Path, school: SyntheticSchool, people: Iterable[Someone]) -> None:
    """Write a school's pupils as the sector database exports them, with titles and sums."""
    _write_school(path, school, "DANH SÁCH HỌC SINH", _PUPIL_HEADINGS, people)


def write_staff(path: Path, school: SyntheticSchool, people: Iterable[Someone]) -> None:
    """Write a school's staff in the same layout."""
    _write_school(path, school, "DANH SÁCH CÁN BỘ, GIÁO VIÊN", _STAFF_HEADINGS, people)


def _write_school(
    path: Path,
    school: SyntheticSchool,
    title: str,
    first: tuple[str, ...],
    people: Iterable[Someone],
) -> None:
    with xlsxwriter.Workbook(path) as book:
        bold = book.add_format({"bold": True, "align": "center", "valign": "vcenter", "border": 1})
        large = book.add_format({"bold": True, "align": "center", "font_size": 14})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet = book.add_worksheet("Danh sách")
        for column, width in enumerate(_WIDTHS):
            sheet.set_column(column, column, width)
        sheet.write_string(0, 0, "SỞ GIÁO DỤC VÀ ĐÀO TẠO")
        sheet.write_string(1, 0, school.name.upper())
        sheet.merge_range(3, 0, 3, 11, f"{title} NĂM HỌC {YEAR}-{YEAR + 1}", large)
        single = (*first, *_DETAILS)
        for column, heading in enumerate(single):
            sheet.merge_range(_HEAD_ROW, column, _HEAD_ROW + 1, column, heading, bold)
        left = len(single)
        sheet.merge_range(_HEAD_ROW, left, _HEAD_ROW, left + 2, "Nơi thường trú", bold)
        for column, heading in enumerate(_RESIDENCE, left):
            sheet.write_string(_HEAD_ROW + 1, column, heading, bold)
        sheet.merge_range(_HEAD_ROW, left + 3, _HEAD_ROW + 1, left + 3, "Trạng thái", bold)
        state = "Đang học" if first is _PUPIL_HEADINGS else "Đang làm việc"
        row = _HEAD_ROW + 1
        for number, one in enumerate(people, 1):
            row = _HEAD_ROW + 1 + number
            sheet.write_number(row, 0, number)
            for column, text in enumerate((one.group, one.code, one.name), 1):
                sheet.write_string(row, column, text)
            sheet.write_datetime(row, 4, one.born, day)
            sex = "Nữ" if one.girl else "Nam"
            residence = (one.province, one.commune, one.hamlet)
            texts = (sex, one.ethnicity, one.national_id, *residence, state)
            for column, text in enumerate(texts, 5):
                sheet.write_string(row, column, text)
        sheet.write_string(row + 1, 1, f"Tổng số: {row - _HEAD_ROW - 1}")
        sheet.write_string(row + 3, 9, "Người lập biểu")


def _write_csv(path: Path, headings: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        writer.writerows([_shown(value) for value in row] for row in rows)


def _shown(value: object) -> str:
    if value is None:
        return ""
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else plain(str(value))
