"""Define the columns of a school's spreadsheet, and the headings that they have.

The headings are collected from the sector database's exports and the forms that schools fill in.
They are compared without diacritics, case, spaces and punctuation.
"""

from gate_contract.card import CardKind
from server_bridge.sheets.headers import Vocabulary

_PERSON = {
    "code": (
        "Mã định danh Bộ GD&ĐT",
        "Mã định danh Bộ GDĐT",
        "Mã định danh của Bộ GD&ĐT",
        "Mã định danh Bộ Giáo dục",
        "Mã định danh ngành",
        "Mã CSDL ngành",
        "Mã MOET",
        "Mã Bộ",
        "Mã định danh",
    ),
    "national_id": (
        "Số ĐDCN",
        "Số định danh cá nhân",
        "Số định danh",
        "Mã định danh cá nhân",
        "Mã ĐDCN",
        "Số CCCD",
        "CCCD",
        "Số căn cước công dân",
        "Số căn cước",
        "Số CMND/CCCD",
        "CMND/CCCD",
        "Số CMTND/CCCD",
        "Số ĐDCN/CCCD",
        "Số CMND/TCC/CCCD/ĐDCN",
    ),
    "name": ("Họ và tên", "Họ tên", "Họ, tên", "Họ & tên", "Full name"),
    "family_name": ("Họ và tên đệm", "Họ và đệm", "Họ đệm", "Họ lót", "Họ và chữ đệm", "Họ"),
    "given_name": ("Tên",),
    "born": (
        "Ngày sinh",
        "Ngày tháng năm sinh",
        "Ngày, tháng, năm sinh",
        "Năm sinh",
        "Date of birth",
    ),
    "sex": ("Giới tính", "Phái", "Nam/Nữ", "Gender"),
    "ethnicity": ("Dân tộc",),
    "address": (
        "Địa chỉ",
        "Địa chỉ thường trú",
        "Chỗ ở hiện nay",
        "Nơi ở hiện nay",
        "Nơi thường trú",
    ),
    "status": (
        "Trạng thái",
        "Tình trạng",
        "Trạng thái học",
        "Trạng thái học sinh",
        "Trạng thái cán bộ",
    ),
    "province": ("Tỉnh", "Tỉnh/Thành phố", "Tỉnh, thành phố", "Tỉnh/TP", "Mã tỉnh"),
    "district": ("Huyện", "Quận/Huyện", "Huyện/Quận", "Quận, huyện", "Mã huyện"),
    "commune": ("Xã", "Xã/Phường", "Phường/Xã", "Xã, phường", "Xã/Phường/Thị trấn", "Mã xã"),
    "hamlet": (
        "Thôn",
        "Thôn/Xóm",
        "Xóm",
        "Thôn/Xóm/Tổ",
        "Tổ/Thôn/Xóm",
        "Ấp",
        "Tổ dân phố",
        "Thôn/Tổ dân phố",
    ),
}
_REQUIRED = (("code", "national_id"), ("name", "given_name"))
_FOREIGN = (
    "Nơi sinh",
    "Quê quán",
    "Nguyên quán",
    "Cha",
    "Mẹ",
    "Bố",
    "Người giám hộ",
    "Nơi tạm trú",
)
_PREFERRED = (
    "Nơi ở hiện nay",
    "Chỗ ở hiện nay",
    "Nơi thường trú",
    "Hộ khẩu thường trú",
    "Thường trú",
)

PUPILS = Vocabulary(
    _PERSON
    | {
        "code": (*_PERSON["code"], "Mã học sinh", "Mã HS"),
        "group": ("Lớp", "Tên lớp", "Mã lớp", "Lớp học", "Class"),
    },
    _REQUIRED,
    _FOREIGN,
    _PREFERRED,
)
STAFF = Vocabulary(
    _PERSON
    | {
        "code": (*_PERSON["code"], "Mã giáo viên", "Mã GV", "Mã cán bộ", "Mã nhân viên", "Mã CB"),
        "group": ("Tổ chuyên môn", "Tổ bộ môn", "Tổ", "Bộ phận", "Tổ công tác", "Phòng ban"),
    },
    _REQUIRED,
    _FOREIGN,
    _PREFERRED,
)
VOCABULARIES = {CardKind.PUPIL: PUPILS, CardKind.STAFF: STAFF}

FIELDS = tuple(PUPILS.headings)
"""The fields that `--map FIELD=HEADER` may name."""

SEXES = {
    "nam": "male",
    "male": "male",
    "m": "male",
    "nu": "female",
    "female": "female",
    "f": "female",
}

PRESENT = ("", "danghoc", "danglamviec", "chuyenden", "conhoc", "hoclai", "hientai", "moi")
GONE = (
    "chuyentruong",
    "chuyendi",
    "chuyendikyi",
    "chuyendikyii",
    "chuyendihocky1",
    "chuyendihocky2",
    "thoihoc",
    "bohoc",
    "dathoihoc",
    "nghihoc",
    "totnghiep",
    "datotnghiep",
    "baoluu",
    "nghihuu",
    "danghihuu",
    "nghiviec",
    "dachuyentruong",
    "chuyencongtac",
    "dathoiviec",
)
"""Folded values of the column `Trạng thái` of people who are listed but no longer at the school."""
