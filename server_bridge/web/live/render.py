"""Words to HTML. The page is cut into parts with ids: the first paint is made of the same parts
that are later sent, one by one, when they change."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from server_bridge.i18n.formats import Formats
from server_bridge.i18n.phrases import Lang
from server_bridge.store.live import Snapshot, UnitState
from server_bridge.web.assets import Assets
from server_bridge.web.live.sorting import SchoolOrder, Sort, sort_schools
from server_bridge.web.live.texts import PHRASES, say
from server_bridge.web.live.view import NOTHING, SchoolRow, build

_WEB = Path(__file__).parents[1]
TEMPLATES = _WEB / "templates"
ICONS = _WEB / "app" / "templates"


class Freshness(StrEnum):
    """Whether the figures can be taken for now's."""

    WAITING = "waiting"
    FRESH = "fresh"
    STALE = "stale"


@dataclass(frozen=True, eq=False)
class Rendering:
    """A page in one language: HTML by element id, `rows` naming the schools' in their order.
    `units` are what it shows, `none_found` stands for `empty` where a search finds no school.

    Compared by identity, so that a difference between two of them can be remembered.
    """

    parts: Mapping[str, str]
    rows: tuple[str, ...]
    as_of: str
    version: str
    units: Mapping[str, UnitState]
    none_found: str


class Renderer:
    """Makes renderings in every language; shared by all requests."""

    def __init__(self, timezone: ZoneInfo, assets: Assets) -> None:
        self._assets = assets
        self._formats = {lang: Formats(lang, timezone) for lang in Lang}
        self._environment = Environment(
            loader=FileSystemLoader([TEMPLATES, ICONS]),
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

        self._rows: dict[Lang, dict[str, tuple[SchoolRow, str]]] = {lang: {} for lang in Lang}

    def render(
        self,
        snapshot: Snapshot | None,
        freshness: Freshness,
        people: Collection[str] = frozenset(),
    ) -> dict[Lang, Rendering]:
        """The parts of `snapshot` in every language; None: nothing has been read yet. The schools
        in `people` lead to their own pages."""
        return {lang: self._render(lang, snapshot, freshness, people) for lang in Lang}

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

    def _render(
        self,
        lang: Lang,
        snapshot: Snapshot | None,
        freshness: Freshness,
        people: Collection[str],
    ) -> Rendering:
        page = build(snapshot, self._formats[lang], people)
        as_of = page.as_of.shown if page.as_of else ""
        rows = {f"u-{school.unit_id}": self._row(lang, school) for school in page.schools}
        parts = {
            "place": self._part(lang, "place", page),
            "when": self._part(lang, "when", page),
            "headline": self._part(lang, "headline", page.headline),
            "morning": self._part(lang, "morning", page.morning),
            "empty": self._part(
                lang, "empty", say(lang, "no_schools") if snapshot and not rows else ""
            ),
            "notice": self._notice(lang, as_of, freshness),
            **rows,
        }
        return Rendering(
            parts,
            tuple(rows),
            as_of,
            self._assets.version,
            {unit.unit_id: unit for unit in snapshot.units} if snapshot else {},
            self._part(lang, "empty", say(lang, "none_found")),
        )

    def _row(self, lang: Lang, school: SchoolRow) -> str:
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


def page_values(lang: Lang, rendering: Rendering, arrangement: SchoolOrder) -> dict[str, Any]:
    """What the template of the whole document, complete without JavaScript, is given."""
    return {
        "words": {key: phrase[list(Lang).index(lang)] for key, phrase in PHRASES.items()},
        "as_of": rendering.as_of,
        "version": rendering.version,
        "part": {id_: Markup(html) for id_, html in rendering.parts.items()},  # noqa: S704 - ours
        "rows": rendering.rows,
        "arrangement": arrangement,
        "sorts": list(Sort),
    }


@lru_cache(maxsize=64)
def arranged(rendering: Rendering, arrangement: SchoolOrder) -> Rendering:
    """The same page with the schools as they are asked for.

    Remembered, so that pages that ask for the same share their changes too.
    """
    if arrangement.is_plain:
        return rendering
    shown = [row.removeprefix("u-") for row in rendering.rows]
    found = sort_schools(shown, rendering.units, arrangement)
    rows = tuple(f"u-{unit_id}" for unit_id in found)
    hidden = set(rendering.rows) - set(rows)
    parts = {id_: html for id_, html in rendering.parts.items() if id_ not in hidden}
    if shown and not rows:
        parts["empty"] = rendering.none_found
    return replace(rendering, parts=parts, rows=rows)


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
