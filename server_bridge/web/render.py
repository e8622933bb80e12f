"""Words to HTML. The page is cut into parts with ids: the first paint is made of the same parts
that are later sent, one by one, when they change."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from server_bridge.store.live import Snapshot
from server_bridge.web.assets import Assets
from server_bridge.web.formats import Formats
from server_bridge.web.text import LANGUAGE_NAMES, PHRASES, Lang, say
from server_bridge.web.view import NOTHING, School, build


class Freshness(StrEnum):
    """Whether the figures can be taken for now's."""

    WAITING = "waiting"
    FRESH = "fresh"
    STALE = "stale"


@dataclass(frozen=True, eq=False)
class Rendering:
    """A page in one language: HTML by element id, `rows` naming the schools' in their order.

    Compared by identity, so that a difference between two of them can be remembered.
    """

    parts: Mapping[str, str]
    rows: tuple[str, ...]
    as_of: str
    version: str


class Renderer:
    """Makes renderings in every language; shared by all requests."""

    def __init__(self, timezone: ZoneInfo, assets: Assets) -> None:
        self._assets = assets
        self._formats = {lang: Formats(lang, timezone) for lang in Lang}
        self._environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= {"NOTHING": NOTHING, "asset": assets.url}
        self._macros = {
            lang: self._environment.get_template(
                "parts.html", globals={"t": {key: p[i] for key, p in PHRASES.items()}, "lang": lang}
            ).make_module()
            for i, lang in enumerate(Lang)
        }

        self._rows: dict[Lang, dict[str, tuple[School, str]]] = {lang: {} for lang in Lang}

    def render(self, snapshot: Snapshot | None, freshness: Freshness) -> dict[Lang, Rendering]:
        """The parts of `snapshot` in every language; None: nothing has been read yet."""
        return {lang: self._render(lang, snapshot, freshness) for lang in Lang}

    def mark(
        self, renderings: Mapping[Lang, Rendering], freshness: Freshness
    ) -> dict[Lang, Rendering]:
        """The same figures with another notice above them."""
        return {
            lang: replace(
                old, parts={**old.parts, "notice": self._notice(lang, old.as_of, freshness)}
            )
            for lang, old in renderings.items()
        }

    def page(self, lang: Lang, rendering: Rendering) -> str:
        """The whole document, complete without JavaScript."""
        return self._environment.get_template("page.html").render(
            t={key: phrase[list(Lang).index(lang)] for key, phrase in PHRASES.items()},
            lang=lang,
            languages=LANGUAGE_NAMES,
            as_of=rendering.as_of,
            version=rendering.version,
            part={id_: Markup(html) for id_, html in rendering.parts.items()},  # noqa: S704 - ours
            rows=rendering.rows,
        )

    def _render(self, lang: Lang, snapshot: Snapshot | None, freshness: Freshness) -> Rendering:
        page = build(snapshot, self._formats[lang])
        as_of = page.as_of.shown if page.as_of else ""
        rows = {f"u-{school.unit_id}": self._row(lang, school) for school in page.schools}
        parts = {
            "place": self._part(lang, "place", page),
            "when": self._part(lang, "when", page),
            "headline": self._part(lang, "headline", page.headline),
            "empty": self._part(lang, "empty", snapshot is not None and not rows),
            "notice": self._notice(lang, as_of, freshness),
            **rows,
        }
        return Rendering(parts, tuple(rows), as_of, self._assets.version)

    def _row(self, lang: Lang, school: School) -> str:
        """A school's row, made anew only when it changed: a change seldom touches two schools."""
        made = self._rows[lang].get(school.unit_id)
        if made is None or made[0] != school:
            made = self._rows[lang][school.unit_id] = (school, self._part(lang, "school", school))
        return made[1]

    def _part(self, lang: Lang, macro: str, *values: object) -> str:
        return str(getattr(self._macros[lang], macro)(*values))

    def _notice(self, lang: Lang, as_of: str, freshness: Freshness) -> str:
        words = ""
        if freshness == Freshness.WAITING:
            words = say(lang, "waiting")
        elif freshness == Freshness.STALE:
            words = say(lang, "stale", time=as_of) if as_of else say(lang, "stale_none")
        return self._part(lang, "notice", freshness, words)


@lru_cache(maxsize=64)
def changes(seen: Rendering | None, now: Rendering) -> str:
    """What a page that shows `seen` must change to show `now`, as JSON; None: everything.

    Remembered, since hundreds of open pages have mostly seen the same.
    """
    old: Mapping[str, str] = seen.parts if seen else {}
    message: dict[str, object] = {
        "version": now.version,
        "asOf": now.as_of,
        "parts": {id_: html for id_, html in now.parts.items() if old.get(id_) != html},
    }
    if seen is None or seen.rows != now.rows:
        message["rows"] = now.rows
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))
