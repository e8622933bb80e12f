"""Define the languages, and the type of a phrase in both of them."""

from enum import StrEnum
from typing import NamedTuple


class Lang(StrEnum):
    """The languages of the pages; the first is the default."""

    VI = "vi"
    EN = "en"


class Phrase(NamedTuple):
    """One phrase in both languages, with the same `{placeholders}`."""

    vi: str
    en: str


LANGUAGE_NAMES = {Lang.VI: "Tiếng Việt", Lang.EN: "English"}
WEEKDAYS = {
    Lang.VI: ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật"),
    Lang.EN: ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
ENGLISH_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
