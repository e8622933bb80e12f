"""What a gate's state means, in words and by a shape: colour is never the only sign."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from server_bridge.i18n.formats import Formats
from server_bridge.i18n.phrases import Lang
from server_bridge.store.gates.gate_states import GateState
from server_bridge.web.live.texts import PHRASES, say, say_count

BACKLOG_SHOWN_FROM = 50
"""A healthy gate always has a few records on their way; fewer than this are no news."""

WARNINGS = frozenset({"signals", "clock", "ledger_damaged", "roster_old", "roster_refused"})
"""Faults with which a gate still counts people rightly. Every other fault is a failure."""


class Severity(IntEnum):
    """How much a gate needs somebody; greater comes first on the page."""

    OK = 0
    UNKNOWN = 1
    WARNING = 2
    FAILURE = 3

    @property
    def css(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class GateStateLine:
    """One line of a school's gate column. `gate_id` is empty where the line is about several."""

    severity: Severity
    text: str
    gate_id: str = ""


def severity(gate: GateState) -> Severity:
    """The worst that is known of a gate."""
    if gate.online is False:
        return Severity.FAILURE
    healthy = Severity.UNKNOWN if gate.online is None else Severity.OK
    return max(healthy, grade(faults_of(gate)))


def grade(faults: Iterable[str]) -> Severity:
    """The worst of some faults."""
    grades = (Severity.WARNING if code in WARNINGS else Severity.FAILURE for code in faults)
    return max(grades, default=Severity.OK)


def lines(gates: Sequence[GateState], formats: Formats, today: date) -> tuple[GateStateLine, ...]:
    """A school's gates in words, the worst first; gates that are well share one line."""
    lang = formats.lang
    if not gates:
        return (GateStateLine(Severity.UNKNOWN, say(lang, "gate_none")),)
    named = len(gates) > 1
    told = sorted((g for g in gates if severity(g) or catching_up(g)), key=severity, reverse=True)
    result = [
        GateStateLine(severity(g), describe(g, formats, today), g.gate_id if named else "")
        for g in told
    ]
    well = len(gates) - len(told)
    if well:
        text = (
            say_count(lang, "gates_ok", well, formats.number(well))
            if named
            else say(lang, "gate_ok")
        )
        result.append(GateStateLine(Severity.OK, text))
    return tuple(result)


def describe(gate: GateState, formats: Formats, today: date) -> str:
    """One gate in a sentence: `Mất liên lạc từ 06:58`, `Camera không hoạt động`."""
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
    """A fault in words: `Camera không hoạt động`."""
    if f"fault_{code}" in PHRASES and code != "unknown":
        return say(lang, f"fault_{code}")
    return say(lang, "fault_unknown", code=code)


def totals(gates: Sequence[GateState], formats: Formats) -> tuple[GateStateLine, ...]:
    """All gates of the district in at most three lines: sick, never heard of, well."""
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
    """The stable codes of what is wrong, besides being away."""
    untold = gate.online and gate.clock_trusted is False and "clock" not in gate.faults
    return (*gate.faults, "clock") if untold else gate.faults


def catching_up(gate: GateState) -> bool:
    """Whether it is sending what it recorded while it was away."""
    return bool(gate.online) and gate.backlog >= BACKLOG_SHOWN_FROM
