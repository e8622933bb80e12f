"""List what can be wrong with a spreadsheet, in Vietnamese and English, with the remedy.

A fault's name is stable: it appears in `--json`. `{value}` is the content of the cell, or the limit
that was exceeded; never a person's name or number.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from gate_contract.errors import SchoolgateError
from server_bridge.sheets.grid import CellAddress


class Fault(StrEnum):
    """Stable codes. The first part concerns whole files, the second rows and cells."""

    TOO_LARGE = "too_large"
    BOMB = "bomb"
    MACROS = "macros"
    BINARY = "binary"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    MARKUP = "markup"
    NO_SPREADSHEET = "no_spreadsheet"
    EMPTY = "empty"
    NO_SUCH_SHEET = "no_such_sheet"
    NO_HEADER = "no_header"
    NO_SUCH_COLUMN = "no_such_column"
    TWO_COLUMNS = "two_columns"

    ERROR_CELL = "error_cell"
    HOLLOW_FORMULA = "hollow_formula"
    MERGED_ROWS = "merged_rows"
    MISSING = "missing"
    TOO_LONG = "too_long"
    NO_DATE = "no_date"
    YEAR_ONLY = "year_only"
    FUTURE = "future"
    LONG_AGO = "long_ago"
    CLASS_IS_DATE = "class_is_date"
    WRONG_CODE = "wrong_code"
    UNSURE_CODE = "unsure_code"
    WRONG_CHOICE = "wrong_choice"
    NO_IDENTIFIER = "no_identifier"
    SAME_PERSON_TWICE = "same_person_twice"
    TWO_PEOPLE_ONE_CODE = "two_people_one_code"
    ONE_PERSON_TWO_CLASSES = "one_person_two_classes"
    TWO_KNOWN_PEOPLE = "two_known_people"
    UNKNOWN_AREA = "unknown_area"
    UNSURE_AREA = "unsure_area"
    HAMLET_ALONE = "hamlet_alone"
    UNKNOWN_PARENT = "unknown_parent"
    UNSURE_PARENT = "unsure_parent"
    UNKNOWN_SUCCESSOR = "unknown_successor"
    CIRCLE = "circle"
    SAME_TWICE = "same_twice"
    ENDS_FIRST = "ends_first"
    BELOW_SCHOOL = "below_school"


TEXTS = {
    Fault.TOO_LARGE: (
        "tệp quá lớn (giới hạn {value}); hãy tách thành nhiều tệp",
        "the file is too large (the limit is {value}); split it into several",
    ),
    Fault.BOMB: (
        "tệp nén bung ra quá lớn, có thể là tệp phá hoại; hãy xuất lại từ nguồn",
        "it unpacks to far too much, perhaps on purpose; export it again from its source",
    ),
    Fault.MACROS: (
        "tệp có macro; hãy lưu lại thành .xlsx (không macro)",
        "the file holds macros; save it as .xlsx (without macros)",
    ),
    Fault.BINARY: (
        "tệp .xlsb không được nhận; hãy lưu lại thành .xlsx",
        ".xlsb files are not taken; save it as .xlsx",
    ),
    Fault.ENCRYPTED: (
        "tệp có mật khẩu; hãy bỏ mật khẩu rồi lưu lại",
        "the file has a password; remove the password and save it again",
    ),
    Fault.DAMAGED: (
        "tệp bị hỏng; hãy mở và lưu lại thành .xlsx, hoặc xuất lại",
        "the file is damaged; open it and save it as .xlsx, or export it again",
    ),
    Fault.MARKUP: (
        "đây là trang HTML/XML mang đuôi bảng tính; hãy mở và lưu lại thành .xlsx",
        "this is HTML or XML under a spreadsheet's name; open it and save it as .xlsx",
    ),
    Fault.NO_SPREADSHEET: (
        "đây không phải bảng tính; cần tệp .xlsx, .xls, .ods hoặc .csv",
        "this is no spreadsheet; give a file of .xlsx, .xls, .ods or .csv",
    ),
    Fault.EMPTY: (
        "bảng tính trống; hãy kiểm tra lại tệp",
        "the spreadsheet is empty; check that it is the right file",
    ),
    Fault.NO_SUCH_SHEET: (
        "không có trang tính {value}; hãy xem lại tên trang",
        "there is no visible sheet {value}; look at the names of its sheets",
    ),
    Fault.NO_HEADER: (
        "không tìm thấy dòng tiêu đề; cần có các cột: {value} (hoặc dùng --map)",
        "no header row was found; it needs the columns: {value} (or use --map)",
    ),
    Fault.NO_SUCH_COLUMN: (
        "không có cột {value} đã nêu trong --map; hãy chép đúng tiêu đề cột",
        "there is no column {value}, which --map names; write its heading as it stands",
    ),
    Fault.TWO_COLUMNS: (
        "hai cột cùng có thể là '{value}'; hãy chọn một bằng --map",
        "two columns could both be '{value}'; choose one with --map",
    ),
    Fault.ERROR_CELL: (
        "ô báo lỗi (#N/A, #REF!...); hãy sửa công thức hoặc gõ giá trị",
        "the cell shows an error (#N/A, #REF!...); mend its formula or type the value",
    ),
    Fault.HOLLOW_FORMULA: (
        "ô là công thức chưa có kết quả; hãy mở tệp bằng Excel hoặc LibreOffice rồi lưu lại",
        "a formula without a result; open the file in Excel or LibreOffice and save it again",
    ),
    Fault.MERGED_ROWS: (
        "ô gộp nhiều dòng; hãy bỏ gộp và điền giá trị cho từng dòng",
        "a cell merged over several rows; unmerge it and fill in each row",
    ),
    Fault.MISSING: ("thiếu {value}; hãy điền vào", "{value} is missing; fill it in"),
    Fault.TOO_LONG: (
        "quá dài, tối đa {value} ký tự; hãy rút ngắn",
        "too long, at most {value} characters; shorten it",
    ),
    Fault.NO_DATE: (
        "'{value}' không phải là ngày; hãy viết dd/mm/yyyy, ví dụ 28/02/2014",
        "'{value}' is no date; write dd/mm/yyyy, such as 28/02/2014",
    ),
    Fault.YEAR_ONLY: (
        "chỉ có năm ({value}); hãy viết đủ dd/mm/yyyy",
        "only a year ({value}); write the whole date dd/mm/yyyy",
    ),
    Fault.FUTURE: (
        "ngày {value} ở tương lai; hãy sửa lại",
        "the date {value} is in the future; correct it",
    ),
    Fault.LONG_AGO: (
        "ngày {value} quá xa; hãy kiểm tra lại năm",
        "the date {value} is too long ago; check its year",
    ),
    Fault.CLASS_IS_DATE: (
        "tên lớp bị Excel đổi thành ngày ({value}); hãy định dạng cột là Văn bản và gõ lại",
        "the spreadsheet made the class a date ({value}); format the column as text, type it again",
    ),
    Fault.WRONG_CODE: (
        "mã không hợp lệ; cần {value}",
        "not a valid code; it has to be {value}",
    ),
    Fault.UNSURE_CODE: (
        (
            "mã bị đổi thành số, không rõ đã mất bao nhiêu số 0 ở đầu; hãy định dạng cột là "
            "Văn bản và gõ lại"
        ),
        (
            "the code became a number and it is unsure how many zeros it lost; format the column "
            "as text and type it again"
        ),
    ),
    Fault.WRONG_CHOICE: (
        "'{value}' không hiểu được; hãy viết như hướng dẫn",
        "'{value}' is not understood; write it as the guide says",
    ),
    Fault.NO_IDENTIFIER: (
        "thiếu mã định danh và số định danh cá nhân; hãy điền ít nhất một",
        "neither an identifier nor a national number; fill in at least one",
    ),
    Fault.SAME_PERSON_TWICE: (
        "trùng người với {value}; hãy xóa một dòng",
        "the same person as in {value}; delete one of the rows",
    ),
    Fault.TWO_PEOPLE_ONE_CODE: (
        "trùng mã với người khác ở {value}; hãy sửa mã của một trong hai",
        "the same identifier as another person in {value}; correct one of the two",
    ),
    Fault.ONE_PERSON_TWO_CLASSES: (
        "một người ở hai lớp, xem {value}; hãy xóa dòng sai",
        "one person in two classes, see {value}; delete the wrong row",
    ),
    Fault.TWO_KNOWN_PEOPLE: (
        "mã định danh và số định danh cá nhân thuộc hai người khác nhau đã có; hãy sửa một mã",
        "the identifier and the national number belong to two people who are known; correct one",
    ),
    Fault.UNKNOWN_AREA: (
        (
            "không biết địa bàn '{value}'; hãy sửa tên hoặc mã, hoặc nhập danh mục địa bàn "
            "(gate-bridge area import)"
        ),
        (
            "unknown area '{value}'; correct its name or code, or import the list of areas "
            "(gate-bridge area import)"
        ),
    ),
    Fault.UNSURE_AREA: (
        "có nhiều địa bàn tên '{value}'; hãy điền thêm cấp trên hoặc mã",
        "there are several areas '{value}'; fill in the areas above it, or its code",
    ),
    Fault.HAMLET_ALONE: (
        "có thôn '{value}' nhưng thiếu xã; hãy điền xã",
        "a hamlet '{value}' without its commune; fill in the commune",
    ),
    Fault.UNKNOWN_PARENT: (
        "không có cấp trên '{value}'; hãy thêm nó vào tệp hoặc sửa mã",
        "there is no '{value}' to stand below; add it to the file or correct the code",
    ),
    Fault.UNSURE_PARENT: (
        "mã '{value}' có ở nhiều cấp; hãy điền cột cấp của đơn vị trên (parent level)",
        "the code '{value}' exists at several levels; fill in the column 'parent level'",
    ),
    Fault.UNKNOWN_SUCCESSOR: (
        "không có '{value}' để sáp nhập vào; hãy thêm nó vào tệp hoặc sửa mã",
        "there is no '{value}' to be merged into; add it to the file or correct the code",
    ),
    Fault.CIRCLE: (
        "vòng lặp: '{value}' nằm dưới chính nó; hãy sửa cấp trên hoặc nơi sáp nhập",
        "a circle: '{value}' leads back to itself; correct what it belongs to or became",
    ),
    Fault.SAME_TWICE: (
        "trùng với {value}; hãy xóa một dòng hoặc sửa ngày hiệu lực",
        "the same as {value}; delete one of the rows or correct the days",
    ),
    Fault.ENDS_FIRST: (
        "ngày kết thúc {value} không sau ngày bắt đầu; hãy sửa lại",
        "its last day {value} is not after its first; correct them",
    ),
    Fault.BELOW_SCHOOL: (
        "'{value}' là trường học, không có cấp dưới; hãy sửa cấp trên",
        "'{value}' is a school, nothing stands below it; correct the parent",
    ),
}


class SheetError(SchoolgateError):
    """A file is refused as a whole. `fault` is its stable code."""

    def __init__(self, fault: Fault, *, value: str = "", name: str = "") -> None:
        vi, en = told(fault, value)
        super().__init__(f"{name}{': ' if name else ''}{vi} | {en}")
        self.fault = fault
        self.value = value

    def of(self, name: str) -> Self:
        """Return the same error, naming the file and sheet."""
        return type(self)(self.fault, value=self.value, name=name)


@dataclass(frozen=True, slots=True)
class RowRefusal:
    """A row that is refused, and the cell that is the reason."""

    place: CellAddress
    fault: Fault
    value: str = ""

    def __str__(self) -> str:
        vi, en = told(self.fault, self.value)
        return f"{self.place}: {vi} | {en}"


def told(fault: Fault, value: str = "") -> tuple[str, str]:
    """Return a fault's sentence in Vietnamese and in English."""
    vi, en = TEXTS[fault]
    return vi.format(value=value), en.format(value=value)
