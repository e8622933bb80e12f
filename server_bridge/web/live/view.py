"""From a snapshot to what the page says: pure, everything already in words."""

from collections.abc import Collection
from dataclasses import dataclass

from server_bridge.i18n.formats import Formats
from server_bridge.store.crossings.arrivals import Comparison
from server_bridge.store.live import Snapshot, UnitState
from server_bridge.web.live.arrivals_chart import (
    SLOT_MIN,
    ArrivalsChart,
    build_arrivals_chart,
)
from server_bridge.web.live.gate_states import (
    GateStateLine,
    Severity,
    lines,
    severity,
    totals,
)
from server_bridge.web.live.texts import PHRASES, say, say_count

NOTHING = "–"
"""Stands where no figure is known, so that it cannot be taken for zero."""

GREEN = 1


@dataclass(frozen=True, slots=True)
class ShownTime:
    """A time as shown and as machines read it."""

    shown: str
    machine: str


@dataclass(frozen=True, slots=True)
class Headline:
    """The figures of the whole tree. `kinds` are (number, word) of who is inside."""

    name: str
    inside: str
    entered: str
    left: str
    refused: str
    kinds: tuple[tuple[str, str], ...]
    gates: tuple[GateStateLine, ...]


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """One row. `note` says why it shows nothing or perhaps too little; `usual`, how many had come
    by this time on the same weekday last week; `is_link`, that its own page may be opened; `levels`
    are (level, words) of its people who live where one above green holds, red first. `share`
    is how much of those seen today is inside, 0-100; `known` is False for a school whose gates were
    never heard of; `current` is False when no gate of it is online."""

    unit_id: str
    name: str
    place: str
    inside: str
    entered: str
    left: str
    refused: str
    share: int
    known: bool
    current: bool
    last_seen: ShownTime | None
    severity: Severity
    gates: tuple[GateStateLine, ...]
    note: str = ""
    usual: str = ""
    is_link: bool = False
    levels: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LivePage:
    """The whole page but for its frame. Without a snapshot `day` is empty and `as_of` None."""

    day: str
    as_of: ShownTime | None
    headline: Headline
    schools: tuple[SchoolRow, ...]
    morning: ArrivalsChart | None = None


def build(
    snapshot: Snapshot | None, formats: Formats, people: Collection[str] = frozenset()
) -> LivePage:
    """The page of a snapshot; None: no figures have been read yet. Names of units in `people` lead
    to their own pages."""
    if snapshot is None:
        return LivePage("", None, _headline((), formats, known=False), ())
    names = {unit.unit_id: unit.name for unit in snapshot.units}
    roots = tuple(u for u in snapshot.units if u.parent_id is None or u.parent_id not in names)
    single_root = roots[0].unit_id if len(roots) == 1 else None
    schools = [
        _school(
            unit,
            _place(unit, names, single_root),
            formats,
            snapshot,
            is_link=unit.is_school and unit.unit_id in people,
        )
        for unit in snapshot.units
        if unit.is_school or unit.gates
    ]
    schools.sort(key=lambda school: -school.severity)
    gates = tuple(gate for unit in snapshot.units for gate in unit.gates)
    return LivePage(
        day=formats.day(snapshot.day),
        as_of=ShownTime(formats.second(snapshot.as_of_ms), formats.machine(snapshot.as_of_ms)),
        headline=_headline(
            roots,
            formats,
            known=True,
            gates=(*totals(gates, formats), *_alerts(snapshot, formats)),
        ),
        schools=tuple(schools),
        morning=build_arrivals_chart(
            [snapshot.arrivals[u.unit_id] for u in roots if u.unit_id in snapshot.arrivals],
            formats.minutes(snapshot.as_of_ms),
            formats,
        ),
    )


def _headline(
    roots: tuple[UnitState, ...],
    formats: Formats,
    *,
    known: bool,
    gates: tuple[GateStateLine, ...] = (),
) -> Headline:
    number = formats.number if known else lambda _: NOTHING
    kinds: dict[str, int] = {}
    for unit in roots:
        for kind, (inside, _, _) in unit.by_kind.items():
            word = f"kind_{kind}" if f"kind_{kind}" in PHRASES else "kind_other"
            kinds[word] = kinds.get(word, 0) + inside
    return Headline(
        name=roots[0].name if len(roots) == 1 else say(formats.lang, "all_units"),
        inside=number(sum(unit.inside for unit in roots)),
        entered=number(sum(unit.entered for unit in roots)),
        left=number(sum(unit.left for unit in roots)),
        refused=number(sum(unit.refused for unit in roots)),
        kinds=tuple(
            (number(kinds[word]), say(formats.lang, word)) for word in PHRASES if kinds.get(word)
        ),
        gates=gates,
    )


def _alerts(snapshot: Snapshot, formats: Formats) -> tuple[GateStateLine, ...]:
    """How many alerts are open, of the units that are shown."""
    number = sum(snapshot.alerts.get(unit.unit_id, 0) for unit in snapshot.units)
    if not number:
        return ()
    words = say_count(formats.lang, "alerts_open", number, formats.number(number))
    return (GateStateLine(Severity.WARNING, words),)


def _place(unit: UnitState, names: dict[str, str], single_root: str | None) -> str:
    """The unit above a school, unless that is the whole page's and would be said twice."""
    if unit.parent_id is None or unit.parent_id == single_root:
        return ""
    return names.get(unit.parent_id, "")


def _school(
    unit: UnitState, place: str, formats: Formats, snapshot: Snapshot, *, is_link: bool
) -> SchoolRow:
    day = snapshot.day
    compared = snapshot.arrivals.get(unit.unit_id)
    now_min = formats.minutes(snapshot.as_of_ms)
    usual = compared.week_ago.before(now_min // SLOT_MIN * SLOT_MIN) if compared else 0
    counted = bool(unit.entered or unit.left or unit.refused)
    known = counted or any(gate.online is not None for gate in unit.gates)
    number = formats.number if known else lambda _: NOTHING
    return SchoolRow(
        unit_id=unit.unit_id,
        name=unit.name,
        place=place,
        inside=number(unit.inside),
        entered=number(unit.entered),
        left=number(unit.left),
        refused=number(unit.refused),
        share=max(0, min(100, round(100 * unit.inside / unit.people))) if unit.people else 0,
        known=known,
        current=any(gate.online for gate in unit.gates),
        last_seen=None
        if unit.last_seen_ms is None
        else ShownTime(
            formats.moment(unit.last_seen_ms, day),
            formats.machine(unit.last_seen_ms),
        ),
        severity=max(map(severity, unit.gates), default=Severity.UNKNOWN),
        gates=lines(unit.gates, formats, day),
        note=_note(unit, compared, formats) if known else "",
        usual=say(formats.lang, "usual", count=formats.number(usual)) if usual else "",
        is_link=is_link,
        levels=tuple(
            (level, say(formats.lang, f"level_{level}", count=formats.number(people)))
            for level, people in sorted(snapshot.levels.get(unit.unit_id, {}).items(), reverse=True)
            if level > GREEN and people
        ),
    )


def _note(unit: UnitState, compared: Comparison | None, formats: Formats) -> str:
    """Closed, out of reach, or truly nobody: a zero alone would not tell them apart."""
    lang = formats.lang
    online = any(gate.online for gate in unit.gates)
    if unit.entered or unit.left:
        return "" if online else say(lang, "note_behind")
    in_use = any(gate.last_crossing_ms is not None for gate in unit.gates)
    if in_use and not (compared and compared.week_ago.entered):
        return say(lang, "note_closed")
    return say(lang, "note_zero") if online else say(lang, "note_away")
