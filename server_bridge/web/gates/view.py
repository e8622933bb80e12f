"""The content of the gates pages: pure, every value formatted as text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from gate_contract.health import Health, UpdateHealth, UpdateStage
from server_bridge.i18n.formats import Formats
from server_bridge.i18n.phrases import Lang
from server_bridge.store.gates.gate_sheets import GateSheet
from server_bridge.store.gates.health import HealthChange
from server_bridge.web.gates.texts import PHRASES
from server_bridge.web.live.gate_states import (
    Severity,
    catching_up,
    describe,
    fault_word,
    faults_of,
    grade,
    severity,
)

LOW_STORAGE_BYTES = 500_000_000
"""A ledger grows by about 11 MB a day (2,000 scans); logs and updates need space too."""
HOT_C = 80.0
"""From this temperature on a Raspberry Pi throttles its processor."""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A state of a gate, and when it began. `lasted` is empty for the newest entry."""

    at: str
    machine: str
    lasted: str
    what: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class GateView:
    """One gate as text. `facts` are (label, value); `details` are the gate's own error texts."""

    gate_id: str
    unit_id: str
    school: str
    severity: Severity
    state: str
    to_do: tuple[str, ...]
    last_crossing: str
    backlog: str
    clock: str
    storage: str
    temperature: str
    version: str
    roster: str
    heard: str
    facts: tuple[tuple[str, str], ...]
    details: tuple[str, ...]


def view(sheet: GateSheet, formats: Formats, today: date) -> GateView:
    """Return the view of one gate."""
    words = _Words(formats.lang)
    state, health = sheet.state, sheet.health
    scan = health.scan if health else None
    update = health.update if health else None
    problems = tuple(_problems(sheet))

    def moment(at_ms: int | None, absent: str = "gates_unknown") -> str:
        return formats.moment(at_ms, today) if at_ms else words(absent)

    own = [words(word) for key, word in _CONDITIONS.items() if key in problems]
    if update and update.stage == UpdateStage.STOPPED:
        own.append(words("gates_is_update_stopped"))
    clock = {True: "gates_trusted", False: "gates_untrusted", None: "gates_unknown"}
    roster = moment(scan.roster_version, "gates_none_yet") if scan else words("gates_unknown")
    shared = scan.district_roster_version if scan else 0
    return GateView(
        gate_id=state.gate_id,
        unit_id=state.unit_id,
        school=sheet.school,
        severity=max(severity(state), Severity.WARNING if own else Severity.OK),
        state=_state(sheet, own, formats, today),
        to_do=tuple(words(f"gates_do_{problem}") for problem in problems)
        or (words("gates_do_nothing"),),
        last_crossing=moment(state.last_crossing_ms, "gates_none_yet"),
        backlog=formats.number(state.backlog) if health else words("gates_unknown"),
        clock=words(clock[state.clock_trusted]),
        storage=_size(health.free_bytes, formats)
        if health and health.free_bytes is not None
        else words("gates_unknown"),
        temperature=f"{health.temperature_c:.0f} °C"
        if health and health.temperature_c is not None
        else words("gates_unknown"),
        version=(health.software if health else "") or words("gates_unknown"),
        roster=roster,
        heard=moment(sheet.heard_ms),
        facts=(
            (words("gates_mishaps"), formats.number(scan.decoder_mishaps) if scan else "–"),
            (words("gates_district_roster_of"), moment(shared, "gates_none_yet")),
            (words("gates_damaged"), formats.number(health.damaged_ledgers) if health else "–"),
            (
                words("gates_settings"),
                moment(health.settings_version if health else 0, "gates_none_yet"),
            ),
            (words("gates_self_test"), _self_test(health, words)),
            (words("gates_update"), " ".join(update_progress(update, formats.lang)[:1])),
            (words("gates_up"), duration(health.up_ms, formats.lang) if health else "–"),
        ),
        details=tuple(
            filter(
                None,
                (
                    health.fault if health else "",
                    scan.detail if scan else "",
                    health.roster_fault if health else "",
                    scan.roster_fault if scan else "",
                    health.orders_fault if health else "",
                ),
            )
        ),
    )


def views(sheets: Sequence[GateSheet], formats: Formats, today: date) -> tuple[GateView, ...]:
    """Return the views of all gates, the most urgent first."""
    return tuple(
        sorted((view(sheet, formats, today) for sheet in sheets), key=lambda made: -made.severity)
    )


def history(
    changes: Sequence[HealthChange], formats: Formats, today: date
) -> tuple[HistoryEntry, ...]:
    """Return the changes of a gate's state, the newest first, each with its duration."""
    words = _Words(formats.lang)
    ends = [None, *(change.at_ms for change in changes)]
    entries = []
    for change, end in zip(changes, ends, strict=False):
        faults = [fault_word(code, formats.lang) for code in change.faults]
        entries.append(
            HistoryEntry(
                at=formats.moment(change.at_ms, today),
                machine=formats.machine(change.at_ms),
                lasted=duration(end - change.at_ms, formats.lang) if end is not None else "",
                what=" · ".join(faults) or words(f"gates_was_{change.state}"),
                severity=Severity.FAILURE if change.state != "online" else grade(change.faults),
            )
        )
    return tuple(entries)


def update_progress(update: UpdateHealth | None, lang: Lang) -> tuple[str, ...]:
    """Return the progress of the desired update and, if it has a fault, what to do about it."""
    words = _Words(lang)
    if update is None or not update.wanted:
        return (words("gates_update_none"),)
    key = f"gates_update_{update.stage}"
    known = key in PHRASES and update.stage in list(UpdateStage)
    progress = words(
        key if known else "gates_update_unknown",
        version=update.wanted,
        stage=update.stage,
        fetched=update.fetched // 1_000_000,
    )
    action = f"gates_do_update_{update.fault}"
    return (progress, words(action)) if action in PHRASES else (progress,)


def duration(ms: int, lang: Lang) -> str:
    """Return a duration in its two greatest units: `3 giờ 5 phút`, `2 d 4 h`."""
    words, s = _Words(lang), max(0, ms) // 1_000
    sizes = (
        ("gates_days", s // 86_400),
        ("gates_hours", s // 3_600 % 24),
        ("gates_minutes", s // 60 % 60),
        ("gates_seconds", s % 60),
    )
    for (great, many), (small, few) in pairwise(sizes):
        if many:
            rest = f" {words(small, n=few)}" if few else ""
            return words(great, n=many) + rest
    return words("gates_seconds", n=s)


_CONDITIONS = {
    "shut_out": "gates_is_shut_out",
    "low": "gates_is_low",
    "hot": "gates_is_hot",
}


class _Words:
    def __init__(self, lang: Lang) -> None:
        self._index = list(Lang).index(lang)

    def __call__(self, key: str, **values: object) -> str:
        return PHRASES[key][self._index].format(**values)


def _problems(sheet: GateSheet) -> Iterator[str]:
    """Yield the codes of a gate's problems, the most urgent first."""
    state, health = sheet.state, sheet.health
    if sheet.shut_out:
        yield "shut_out"
    elif state.online is None:
        yield "never"
    elif not state.online:
        yield "offline"
    for code in sorted(faults_of(state), key=lambda code: -grade([code])):
        yield code if f"gates_do_{code}" in PHRASES else "unknown"
    if health and health.free_bytes is not None and health.free_bytes < LOW_STORAGE_BYTES:
        yield "low"
    if (
        health
        and state.online
        and health.temperature_c is not None
        and health.temperature_c >= HOT_C
    ):
        yield "hot"
    if catching_up(state):
        yield "backlog"
    if health and health.update and f"gates_do_update_{health.update.fault}" in PHRASES:
        yield f"update_{health.update.fault}"


def _self_test(health: Health | None, words: _Words) -> str:
    """Return the failed checks of the gate's self-test."""
    if health is None or not health.self_test:
        return words("gates_unknown")
    bad = [check for check, state in health.self_test.items() if state == "failed"]
    named = [words(f"gates_check_{check}") for check in bad if f"gates_check_{check}" in PHRASES]
    return ", ".join(named) or words("gates_unknown" if bad else "gates_all_well")


def _state(sheet: GateSheet, own: Sequence[str], formats: Formats, today: date) -> str:
    described = describe(sheet.state, formats, today)
    if own and severity(sheet.state) == Severity.OK and not catching_up(sheet.state):
        return " · ".join(own)  # without "working", which `describe` returns here
    return " · ".join([described, *own])


def _size(number: int, formats: Formats) -> str:
    if number < 1_000_000_000:
        return f"{formats.number(number // 1_000_000)} MB"
    text = f"{number / 1e9:.1f} GB"
    return text.replace(".", ",") if formats.lang == Lang.VI else text
