"""The words of alerts: in both languages, all used, none missing."""

import re
from pathlib import Path

from server_bridge.alert_kinds import AlertKind
from server_bridge.alerts import texts
from server_bridge.alerts.texts import PHRASES
from server_bridge.web.alerts import pages
from tests.server_bridge.web.live.test_texts import placeholders

ROOMS = (Path(texts.__file__).parent, Path(pages.__file__).parent)


def test_every_phrase_is_said_in_both_languages() -> None:
    for key, (vi, en) in PHRASES.items():
        assert vi.strip(), key
        assert en.strip(), key
        assert placeholders(vi) == placeholders(en), key
        assert not re.search("[\u0300-\u036f]", vi), key


def test_every_kind_has_words_and_says_what_to_do() -> None:
    for kind in AlertKind:
        assert {f"alerts_{kind}", f"alerts_do_{kind}"} <= PHRASES.keys()


def test_every_phrase_is_used_and_every_used_one_exists() -> None:
    files = [path for room in ROOMS for path in room.rglob("*") if path.suffix in (".py", ".html")]
    files.append(ROOMS[0].parent / "command" / "alerts.py")
    written = "".join(path.read_text("utf-8") for path in files if path.name != "texts.py")
    asked = set(re.findall(r"""["'](alerts_[a-z_]+[a-z])["']""", written))
    asked |= {f"alerts_{name}" for name in re.findall(r"\bt\.alerts_(\w+)", written)}
    asked |= {f"alerts_{kind}" for kind in AlertKind} | {f"alerts_do_{kind}" for kind in AlertKind}
    asked |= {key for key in PHRASES if key.startswith("alerts_detail_")}
    assert asked == set(PHRASES)
