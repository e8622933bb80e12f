"""The words of a school's pages: in both languages, all used, none missing."""

import re
from pathlib import Path

from server_bridge.web.app import texts as frame
from server_bridge.web.school import texts
from server_bridge.web.school.texts import PHRASES
from tests.server_bridge.web.live.test_texts import placeholders

ROOM = Path(texts.__file__).parent
COMPUTED = ("school_room_", "school_kind_", "school_level_")
"""Asked for by a key that is put together."""


def test_every_phrase_is_said_in_both_languages() -> None:
    for key, (vi, en) in PHRASES.items():
        assert vi.strip(), key
        assert en.strip(), key
        assert vi != en, key
        assert placeholders(vi) == placeholders(en), key
        assert not re.search("[\u0300-\u036f]", vi), key


def test_every_phrase_is_used_and_every_used_one_exists() -> None:
    files = [*ROOM.glob("*.py"), *(ROOM / "templates").iterdir()]
    written = "".join(path.read_text() for path in files if path.name != "texts.py")
    asked = set(re.findall(r"\bt\.(\w+)", written)) | set(
        re.findall(r'"(school_[a-z_]+)"', written)
    )
    asked |= {f"school_{what}" for what in ("inside", "absent", "late", "left", "in", "out")}
    pages = {"school_" + name.split(".")[0] for name in ("today", "person", "list")}
    assert {key for key in asked if not key.endswith("_")} - pages <= PHRASES.keys() | frame.PHRASES
    assert {key for key in PHRASES.keys() - asked if not key.startswith(COMPUTED)} == set()
