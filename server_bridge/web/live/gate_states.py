"""A gate's state in words, and its severity, shown by an icon's shape and not by colour alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from server_bridge.i18n.formats import Formats
from server_bridge.i18n.phrases import Lang
from server_bridge.store.gates.gate_states import GateState
from server_bridge.web.live.texts import PHRASES, say, say_count

BACKLOG_SHOWN_FROM = 50
"""A healthy gate always has a few records in transit; a smaller backlog is not shown."""

WARNINGS = frozenset({"signals", "clock", "ledger_damaged", "roster_old", "roster_refused"})
"""Faults with which a gate still counts people correctly. Every other fault is a failure."""


class Severity(IntEnum):
    """How urgently a gate needs attention; greater comes first on the page."""

    OK = 0
    UNKNOWN = 1
    WARNING = 2
    FAILURE = 3

    @property
    def css(self) -> str:
        """The name of its CSS class and of its icon."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class GateStateLine:
    """One line of a school's gate column. `gate_id` is empty if the line is about several gates."""

    severity: Severity
    text: str
    gate_id: str = ""


def severity(gate: GateState) -> Severity:
    """Return the severity of a gate's worst known condition."""
    if gate.online is False:
        return Severity.FAILURE
    healthy = Severity.UNKNOWN if gate.online is None else Severity.OK
    return max(healthy, grade(faults_of(gate)))


def grade(faults: Iterable[str]) -> Severity:
    """Return the severity of the worst fault."""
    grades = (Severity.WARNING if code in WARNINGS else Severity.FAILURE for code in faults)
    return max(grades, default=Severity.OK)


def lines(gates: Sequence[GateState], formats: Formats, today: date) -> tuple[GateStateLine, ...]:
    """Return a school's gates in words, the worst first; healthy gates share one line."""
    lang = formats.lang
    if not gates:
        return (GateStateLine(Severity.UNKNOWN, say(lang, "gate_none")),)
    named = len(gates) > 1
    listed = sorted((g for g in gates if severity(g) or catching_up(g)), key=severity, reverse=True)
    result = [
        GateStateLine(severity(g), describe(g, formats, today), g.gate_id if named else "")
        for g in listed
    ]
    well = len(gates) - len(listed)
    if well:
        text = (
            say_count(lang, "gates_ok", well, formats.number(well))
            if named
            else say(lang, "gate_ok")
        )
        result.append(GateStateLine(Severity.OK, text))
    return tuple(result)


def describe(gate: GateState, formats: Formats, today: date) -> str:
    """Return one gate's state in words: `Mất liên lạc từ 06:58`, `Camera không hoạt động`."""
    lang, count = formats.lang, formats.number(gate.backlog)
    parts = []
    if gate.online is None:
        parts.append(say(lang, "gate_never"))
    elif not gate.online and gate.state_since_ms is None:
        parts.append(say(lang, "gate_offline"))
    elif not gate.online and gate.state_since_ms is not None:
        since = formats.moment(gate.state_since_ms, today)
        parts.append(say(lang, "gate_offline_since", time=since))
    parts += [_fault(code, gate, formats, today) for code in faults_of(gate)]
    if gate.online and catching_up(gate):
        parts.append(say(lang, "gate_backlog", count=count))
    elif gate.online is False and gate.backlog:
        parts.append(say(lang, "gate_held", count=count))
    return " · ".join(parts) or say(lang, "gate_ok")


def _fault(code: str, gate: GateState, formats: Formats, today: date) -> str:
    lang = formats.lang
    if code == "roster_old" and gate.roster_ms is not None:
        return say(lang, "fault_roster_old_of", time=formats.moment(gate.roster_ms, today))
    return fault_word(code, lang)


def fault_word(code: str, lang: Lang) -> str:
    """Return a fault in words: `Camera không hoạt động`."""
    if f"fault_{code}" in PHRASES and code != "unknown":
        return say(lang, f"fault_{code}")
    return say(lang, "fault_unknown", code=code)


def totals(gates: Sequence[GateState], formats: Formats) -> tuple[GateStateLine, ...]:
    """Return all gates of the district in at most three lines: faulty, never connected, healthy."""
    grades = [severity(gate) for gate in gates]
    counted = (
        (Severity.FAILURE, "gates_sick", sum(g >= Severity.WARNING for g in grades)),
        (Severity.UNKNOWN, "gates_never", grades.count(Severity.UNKNOWN)),
        (Severity.OK, "gates_ok", grades.count(Severity.OK)),
    )
    return tuple(
        GateStateLine(grade, say_count(formats.lang, key, count, formats.number(count)))
        for grade, key, count in counted
        if count
    )


def faults_of(gate: GateState) -> tuple[str, ...]:
    """Return the codes of a gate's faults. Being offline is not one of them.

    `clock` is added for a gate that is online with an untrusted clock and does not report it.
    """
    unreported = gate.online and gate.clock_trusted is False and "clock" not in gate.faults
    return (*gate.faults, "clock") if unreported else gate.faults


def catching_up(gate: GateState) -> bool:
    """Return whether the gate is sending what it recorded while it was offline."""
    return bool(gate.online) and gate.backlog >= BACKLOG_SHOWN_FROM
