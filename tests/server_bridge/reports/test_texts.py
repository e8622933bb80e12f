"""The words of reports: in both languages, all used, none missing."""

import re
from pathlib import Path

from server_bridge import reports
from server_bridge.reports.texts import WORDS
from server_bridge.web.app import texts as frame
from server_bridge.web.reports import texts
from server_bridge.web.reports.texts import PHRASES
from tests.server_bridge.web.live.test_texts import placeholders

ROOMS = (Path(reports.__file__).parent, Path(texts.__file__).parent)
COMPUTED = re.compile(
    r"report_([cstorlpn]_|no_|pupil|staff|visitor|day$|week|month|year|lock|reopen|xlsx|csv|pdf)"
)
"""Asked for by a key that is put together."""


def test_every_phrase_is_said_in_both_languages() -> None:
    for key, (vi, en) in PHRASES.items():
        assert vi.strip(), key
        assert en.strip(), key
        assert vi != en, key
        assert placeholders(vi) == placeholders(en), key
        assert not re.search("[\u0300-\u036f]", vi), key


def test_every_phrase_is_used_and_every_used_one_exists() -> None:
    files = [path for room in ROOMS for path in (*room.glob("*.py"), *room.glob("templates/*"))]
    written = "".join(path.read_text() for path in files if path.name not in ("texts.py",))
    written += "".join(
        re.findall(r"^def .*", ROOMS[0].joinpath("texts.py").read_text(), re.S | re.M)
    )
    asked = set(re.findall(r"\bt\.(report_\w+)", written))
    asked |= set(re.findall(r'"(report_[a-z_]+[a-z])"', written))
    assert asked <= PHRASES.keys() | frame.PHRASES
    assert {key for key in PHRASES.keys() - asked if not COMPUTED.match(key)} == set()
    assert WORDS.keys() <= PHRASES.keys()
