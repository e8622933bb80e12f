"""The live page for somebody who may see a part of the tree only."""

from collections import OrderedDict
from dataclasses import dataclass, replace

from server_bridge.i18n.phrases import Lang
from server_bridge.web.live.feed import Edition
from server_bridge.web.live.render import Renderer, Rendering

MOST_SCOPES = 200


@dataclass(frozen=True, slots=True)
class VisibleUnits:
    """The units whose counts somebody may see, and those whose people too."""

    counts: frozenset[str]
    people: frozenset[str] = frozenset()


class Scopes:
    """Renderings of parts of the tree, each made once an edition. The renderer is its own."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._made: OrderedDict[VisibleUnits, tuple[int, dict[Lang, Rendering]]] = OrderedDict()

    def rendering(self, edition: Edition, lang: Lang, scope: VisibleUnits | None) -> Rendering:
        """What `edition` shows of the units in `scope`; None: everything."""
        snapshot = edition.snapshot
        if snapshot is None or scope is None:
            return edition.renderings[lang]
        units = tuple(unit for unit in snapshot.units if unit.unit_id in scope.counts)
        if len(units) == len(snapshot.units) and not scope.people:
            return edition.renderings[lang]
        serial, renderings = self._made.pop(scope, (-1, {}))
        if serial != edition.serial:
            part = replace(snapshot, units=units)
            renderings = self._renderer.render(part, edition.freshness, scope.people)
        self._made[scope] = (edition.serial, renderings)
        while len(self._made) > MOST_SCOPES:
            self._made.popitem(last=False)
        return renderings[lang]
