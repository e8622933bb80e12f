"""Compare names of areas as people write them.

`Xã Tân Tiến`, `tân tiến` and `X. TÂN TIẾN` are equal; so are `Hoà` and `Hòa`, where only the place
of the tone differs, and `Phường 01` and `Phường 1`. `Thon Ha`, without diacritics, is not a name of
its own: a search for it finds the area that it can stand for, if there is exactly one.
"""

import re
import unicodedata
from functools import lru_cache

from server_bridge.i18n.names import text_key, tidy
from server_bridge.sheets.headers import fold
from server_bridge.store.areas.areas import COMMUNE, DISTRICT, HAMLET, PROVINCE

CODE_WIDTHS = {PROVINCE: 2, DISTRICT: 3, COMMUNE: 5}
"""Digits of official codes; hamlets have none."""
PREFIXES = {
    PROVINCE: ("tỉnh", "thành phố", "t.p", "tp", "t"),
    DISTRICT: ("quận", "huyện", "thị xã", "thành phố", "t.p", "tp", "tx", "q", "h"),
    COMMUNE: ("xã", "phường", "thị trấn", "đặc khu", "tt", "x", "p"),
    HAMLET: (
        "thôn",
        "tổ dân phố",
        "tổ",
        "xóm",
        "ấp",
        "bản",
        "buôn",
        "làng",
        "khu phố",
        "tdp",
        "kp",
    ),
}
"""Words that may precede a name."""


@lru_cache(100_000)
def area_key(level: str, name: str) -> tuple[object, ...]:
    """Return a key that is equal for names that mean one area, diacritics counted."""
    bare = _bare(level, name)
    return tuple(_word_key(word) for word in bare.split())


@lru_cache(100_000)
def bare_key(level: str, name: str) -> str:
    """Return a key that is equal for names that differ in nothing but diacritics."""
    return fold(_bare(level, name))


def has_marks(name: str) -> bool:
    """Return whether a name is written with diacritics."""
    return not unicodedata.normalize("NFC", name).isascii()


def _bare(level: str, name: str) -> str:
    text = " ".join(re.sub(r"[.,;:/-]", " ", tidy(name).casefold()).split())
    for prefix in PREFIXES.get(level, ()):
        shown = prefix.replace(".", " ")
        for form in (shown, _unmarked(shown)):
            rest = text.removeprefix(f"{form} ")
            if rest != text:
                return re.sub(r"\b0+(?=\d)", "", rest)
    return re.sub(r"\b0+(?=\d)", "", text)


def _unmarked(text: str) -> str:
    marks = unicodedata.normalize("NFD", text.replace("đ", "d"))
    return "".join(character for character in marks if not unicodedata.combining(character))


def _word_key(word: str) -> object:
    letters, tones, _ = text_key(word)
    return letters, sum(map(ord, tones))
