"""Vietnamese names: one spelling, and the order in which school lists have them.

The order of letters and tones is that of the Unicode CLDR's collation for Vietnamese: ă and â after
a, đ after d, and so on; tones decide last, in the order level, huyền, hỏi, ngã, sắc, nặng.
"""

import unicodedata
from functools import lru_cache

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_LETTERS = {letter: number for number, letter in enumerate(_ALPHABET, 100)}
_TONES = {tone: number for number, tone in enumerate("\u0300\u0309\u0303\u0301\u0323", 1)}

_SHOWN = {"Cf": ""} | dict.fromkeys(("Cc", "Zs", "Zl", "Zp"), " ")
_ETH = str.maketrans("Ðð", "Đđ")

SortKey = tuple[tuple[int, ...], tuple[int, ...], str]


def tidy(text: str) -> str:
    """Composed letters (NFC), single spaces, no control or invisible characters, Đ for the Ð that
    some keyboards give in its place."""
    if not text.isprintable():
        text = "".join(_SHOWN.get(unicodedata.category(c), c) for c in text)
    return " ".join(unicodedata.normalize("NFC", text).translate(_ETH).split())


def text_key(text: str) -> SortKey:
    """Sorts words as a Vietnamese dictionary does."""
    letters: list[int] = []
    tones: list[int] = []
    for character in tidy(text).casefold():
        letter, tone = _split(character)
        letters.append(_LETTERS.get(letter, 0 if letter == " " else ord(letter) + 1_000))
        tones.append(_TONES.get(tone, 0))
    return tuple(letters), tuple(tones), text


def name_key(name: str) -> tuple[SortKey, SortKey]:
    """Sorts people as class lists do: by given name, which stands last, then by the whole name."""
    words = tidy(name).split()
    keys = [_word_key(word) for word in words]
    letters = tuple(letter for key in keys for letter in (*key[0], 0))
    tones = tuple(tone for key in keys for tone in (*key[1], 0))
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
