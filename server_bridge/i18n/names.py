"""Vietnamese names: one spelling, and the order in which school lists have them.

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
"""Letters, tones, and the text itself: strings whose characters stand for places in the order."""


def tidy(text: str) -> str:
    """Composed letters (NFC), single spaces, no control or invisible characters, Đ for the Ð that
    some keyboards give in its place."""
    if not text.isprintable():
        text = "".join(_SHOWN.get(unicodedata.category(c), c) for c in text)
    composed = unicodedata.normalize("NFC", text).replace("Ð", "Đ").replace("ð", "đ")
    return " ".join(composed.split())


def text_key(text: str) -> SortKey:
    """Sorts words as a Vietnamese dictionary does."""
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


@lru_cache(maxsize=16_384)  # a page sorts a whole school, again and again
def name_key(name: str) -> tuple[SortKey, SortKey]:
    """Sorts people as class lists do: by given name, which stands last, then by the whole name."""
    words = tidy(name).split()
    keys = [_word_key(word) for word in words]
    letters = "\0".join([key[0] for key in keys])
    tones = "\0".join([key[1] for key in keys])
    return keys[-1] if keys else text_key(""), (letters, tones, " ".join(words))


@lru_cache(maxsize=4_096)  # names have few different words
def _word_key(word: str) -> SortKey:
    return text_key(word)


def _split(character: str) -> tuple[str, str]:
    """A letter of the alphabet without its tone, and the tone."""
    marks = unicodedata.normalize("NFD", character)
    tone = next((mark for mark in marks if mark in _TONES), "")
    letter = unicodedata.normalize("NFC", marks.replace(tone, "") if tone else marks)
    return letter[:1], tone
