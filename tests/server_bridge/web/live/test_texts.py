"""The catalogue of phrases and the formats: complete and consistent in both languages."""

import re
import string
from datetime import date
from pathlib import Path

import pytest

from server_bridge.i18n.formats import Formats
from server_bridge.i18n.phrases import ENGLISH_MONTHS, WEEKDAYS, Lang
from server_bridge.web.app import texts as app_texts
from server_bridge.web.gates import texts as gates_text
from server_bridge.web.live import texts
from server_bridge.web.live.texts import PHRASES, say, say_count
from tests.fakes.district import HANOI, utc_ms

LIVE = Path(texts.__file__).parent
TEMPLATES = LIVE.parent / "templates"
ALL = PHRASES | gates_text.PHRASES | app_texts.PHRASES
TODAY = date(2026, 11, 23)
VI, EN = (Formats(lang, HANOI) for lang in Lang)


def placeholders(phrase: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(phrase) if name}


@pytest.mark.parametrize("key", ALL)
def test_phrase_is_said_in_both_languages(key: str) -> None:
    vi, en = ALL[key]
    assert vi.strip()
    assert en.strip()
    assert vi != en
    assert placeholders(vi) == placeholders(en)


def test_every_phrase_is_used_and_every_used_one_exists() -> None:
    code = "".join(p.read_text() for p in LIVE.glob("*.py") if p.name != "texts.py")
    markup = "".join(p.read_text() for p in TEMPLATES.iterdir())
    asked = set(re.findall(r"\b(?:t|words)\.([a-z_]+)", markup))
    asked |= set(re.findall(r'(?:say|say_count)\(\s*(?:formats\.)?lang, "([a-z_]+)"', code))
    assert asked <= PHRASES.keys()
    for key in PHRASES.keys() - asked:
        # The remaining keys are computed.
        family = key.removesuffix("_one")
        assert key.startswith(("fault_", "kind_", "level_", "sort_")) or f'"{family}"' in code, (
            f"{key} is unused"
        )


def test_vietnamese_letters_are_whole() -> None:
    """Letters are composed (NFC), as Vietnamese keyboards write them and fonts have them."""
    for vi, _ in PHRASES.values():
        assert not re.search("[\u0300-\u036f]", vi)


def test_one_and_many() -> None:
    assert say_count(Lang.EN, "gates_ok", 1, "1") == "1 gate working"
    assert say_count(Lang.EN, "gates_ok", 12, "12") == "12 gates working"
    assert say(Lang.VI, "as_of", time="07:00:00") == "Số liệu lúc 07:00:00"


def test_names_of_days_and_months() -> None:
    assert all(len(names) == 7 for names in WEEKDAYS.values())
    assert len(ENGLISH_MONTHS) == 12


def test_numbers() -> None:
    assert [VI.number(n) for n in (0, 999, 1234, 1234567)] == ["0", "999", "1.234", "1.234.567"]
    assert EN.number(1234567) == "1,234,567"


def test_days_and_times_in_vietnam() -> None:
    assert VI.day(TODAY) == "Thứ Hai, 23/11/2026"
    assert EN.day(TODAY) == "Monday, 23 November 2026"
    assert VI.moment(utc_ms(6, 58), TODAY) == "06:58"
    assert VI.moment(utc_ms(17, 30, day=20), TODAY) == "17:30 ngày 20/11"
    assert EN.moment(utc_ms(17, 30, day=20), TODAY) == "17:30 on 20 Nov"
    assert EN.machine(utc_ms(7, 5, 9)) == "2026-11-23T07:05:09+07:00"
