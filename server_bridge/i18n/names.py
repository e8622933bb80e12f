"""Normalise Vietnamese names, and sort them as school lists do.

The order of letters and tones is that of the Unicode CLDR's collation for Vietnamese: ă and â after
a, đ after d, and so on; tones decide last, in the order level, huyền, hỏi, ngã, sắc, nặng.
"""

import re
import sys
import unicodedata
from functools import lru_cache

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_LETTERS = {letter: number for number, letter in enumerate(_ALPHABET, 100)}
_TONES = {tone: number for number, tone in enumerate("\u0300\u0309\u0303\u0301\u0323", 1)}

_SHOWN = {"Cf": ""} | dict.fromkeys(("Cc", "Zs", "Zl", "Zp"), " ")

SortKey = tuple[str, str, str]
"""Letters, tones, and the text itself, as strings whose characters are ranks in the sorting order.
"""


def tidy(text: str) -> str:
    """Normalise a text that a person has typed.

    The result has composed letters (NFC), single spaces, no control or invisible characters, and Đ
    for the Ð that some keyboards produce instead.
    """
    if not text.isprintable():
        text = "".join(_SHOWN.get(unicodedata.category(c), c) for c in text)
    composed = unicodedata.normalize("NFC", text).replace("Ð", "Đ").replace("ð", "đ")
    return " ".join(composed.split())


def text_key(text: str) -> SortKey:
    """Return the sorting key of a text, in the order of a Vietnamese dictionary."""
    letters, tones = "", ""
    for character in tidy(text).casefold():
        letter, tone = _split(character)
        place = 0 if letter == " " else min(ord(letter) + 1_000, sys.maxunicode)
        letters += chr(_LETTERS.get(letter, place))
        tones += chr(_TONES.get(tone, 0))
    return letters, tones, text


def class_key(name: str) -> tuple[tuple[bool, int, SortKey], ...]:
    """Return the sorting key of a class's name, or of an area's: 6A, 6B, 7A, 10A."""
    nothing = text_key("")
    return tuple(
        (False, int(part), nothing) if part[0] in "0123456789" else (True, 0, text_key(part))
        for part in re.findall(r"[0-9]+|[^0-9]+", name)
    )


@lru_cache(maxsize=16_384)  # a page sorts the same names of a whole school many times
def name_key(name: str) -> tuple[SortKey, SortKey]:
    """Return a person's sorting key: the given name, which stands last, then the whole name."""
    words = tidy(name).split()
    keys = [_word_key(word) for word in words]
    letters = "\0".join([key[0] for key in keys])
    tones = "\0".join([key[1] for key in keys])
    return keys[-1] if keys else text_key(""), (letters, tones, " ".join(words))


@lru_cache(maxsize=4_096)  # names share few different words
def _word_key(word: str) -> SortKey:
    return text_key(word)


def _split(character: str) -> tuple[str, str]:
    """Split a character into its letter without the tone, and the tone."""
    marks = unicodedata.normalize("NFD", character)
    tone = next((mark for mark in marks if mark in _TONES), "")
    letter = unicodedata.normalize("NFC", marks.replace(tone, "") if tone else marks)
    return letter[:1], tone
