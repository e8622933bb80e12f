"""Name levels in both languages, and read the words that people write for them."""

import re

from gate_contract.errors import SchoolgateError
from server_bridge.i18n.names import tidy

COLOURS = {1: "green", 2: "yellow", 3: "orange", 4: "red"}
COLOURS_VI = {1: "xanh", 2: "vàng", 3: "cam", 4: "đỏ"}
NO_LEVEL, NO_LEVEL_VI = "none", "chưa có"
INHERIT = "inherit"

_BEFORE = re.compile(r"^(cấp độ dịch|cấp độ|cấp|mức độ|mức|vùng|level)\s*")
_LEVELS: dict[str, int | None] = {
    **{str(level): level for level in COLOURS},
    **{colour: level for level, colour in COLOURS.items()},
    **{colour: level for level, colour in COLOURS_VI.items()},
    "da cam": 3,
    INHERIT: None,
    "theo cấp trên": None,
}


def colour(level: int | None) -> str:
    """Return the English word of a level."""
    return COLOURS.get(level or 0, NO_LEVEL)


def colour_vi(level: int | None) -> str:
    """Return the Vietnamese word of a level, as lists have it."""
    return f"Cấp {level} ({COLOURS_VI[level]})" if level else NO_LEVEL_VI.capitalize()


def read_level(text: str) -> int | None:
    """Read a level as people write it: `3`, `orange`, `cam`, `Cấp độ 3`; `inherit` is None.

    Raises:
        SchoolgateError: the text is not a level.
    """
    word = _BEFORE.sub("", tidy(text).casefold())
    if word not in _LEVELS:
        raise SchoolgateError(
            f"{text!r} is no level: write 1-4, green, yellow, orange or red, or {INHERIT} / "
            "không phải cấp độ: ghi 1-4, xanh, vàng, cam hoặc đỏ"
        )
    return _LEVELS[word]
