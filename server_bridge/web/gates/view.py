"""From what is known of gates to what their pages say: pure, everything already in words."""

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
"""A ledger grows by about 11 MB a day (2,000 scans); logs and updates need room too."""
HOT_C = 80.0
"""From here on a Raspberry Pi slows itself down."""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """From one moment on the gate was like this. `lasted` is empty for the newest entry."""

    at: str
    machine: str
    lasted: str
    what: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class GateView:
    """One gate in words. `told` are its own; `facts` are (what, reading)."""

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
    told: tuple[str, ...]


def view(sheet: GateSheet, formats: Formats, today: date) -> GateView:
    """One gate."""
    words = _Words(formats.lang)
    state, told = sheet.state, sheet.told
    scan = told.scan if told else None
    update = told.update if told else None
    troubles = tuple(_troubles(sheet))

    def moment(at_ms: int | None, absent: str = "gates_unknown") -> str:
        return formats.moment(at_ms, today) if at_ms else words(absent)

    own = [words(word) for key, word in _CONDITIONS.items() if key in troubles]
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
        to_do=tuple(words(f"gates_do_{trouble}") for trouble in troubles)
        or (words("gates_do_nothing"),),
        last_crossing=moment(state.last_crossing_ms, "gates_none_yet"),
        backlog=formats.number(state.backlog) if told else words("gates_unknown"),
        clock=words(clock[state.clock_trusted]),
        storage=_size(told.free_bytes, formats)
        if told and told.free_bytes is not None
        else words("gates_unknown"),
        temperature=f"{told.temperature_c:.0f} °C"
        if told and told.temperature_c is not None
        else words("gates_unknown"),
        version=(told.software if told else "") or words("gates_unknown"),
        roster=roster,
        heard=moment(sheet.heard_ms),
        facts=(
            (words("gates_mishaps"), formats.number(scan.decoder_mishaps) if scan else "–"),
            (words("gates_district_roster_of"), moment(shared, "gates_none_yet")),
            (words("gates_damaged"), formats.number(told.damaged_ledgers) if told else "–"),
            (
                words("gates_settings"),
                moment(told.settings_version if told else 0, "gates_none_yet"),
            ),
            (words("gates_self_test"), _self_test(told, words)),
            (words("gates_update"), " ".join(about_update(update, formats.lang)[:1])),
            (words("gates_up"), span(told.up_ms, formats.lang) if told else "–"),
        ),
        told=tuple(
            filter(
                None,
                (
                    told.fault if told else "",
                    scan.detail if scan else "",
                    told.roster_fault if told else "",
                    scan.roster_fault if scan else "",
                    told.orders_fault if told else "",
                ),
            )
        ),
    )


def views(sheets: Sequence[GateSheet], formats: Formats, today: date) -> tuple[GateView, ...]:
    """All gates, those that need somebody first."""
    return tuple(
        sorted((view(sheet, formats, today) for sheet in sheets), key=lambda made: -made.severity)
    )


def history(
    changes: Sequence[HealthChange], formats: Formats, today: date
) -> tuple[HistoryEntry, ...]:
    """What befell a gate, the newest first, each with how long it lasted."""
    words = _Words(formats.lang)
    ends = [None, *(change.at_ms for change in changes)]
    entries = []
    for change, end in zip(changes, ends, strict=False):
        faults = [fault_word(code, formats.lang) for code in change.faults]
        entries.append(
            HistoryEntry(
                at=formats.moment(change.at_ms, today),
                machine=formats.machine(change.at_ms),
                lasted=span(end - change.at_ms, formats.lang) if end is not None else "",
                what=" · ".join(faults) or words(f"gates_was_{change.state}"),
                severity=Severity.FAILURE if change.state != "online" else grade(change.faults),
            )
        )
    return tuple(entries)


def about_update(update: UpdateHealth | None, lang: Lang) -> tuple[str, ...]:
    """How far a gate is with the update that is wanted, and what to do, if anything."""
    words = _Words(lang)
    if update is None or not update.wanted:
        return (words("gates_update_none"),)
    key = f"gates_update_{update.stage}"
    known = key in PHRASES and update.stage in list(UpdateStage)
    how = words(
        key if known else "gates_update_unknown",
        version=update.wanted,
        stage=update.stage,
        fetched=update.fetched // 1_000_000,
    )
    do = f"gates_do_update_{update.fault}"
    return (how, words(do)) if do in PHRASES else (how,)


def span(ms: int, lang: Lang) -> str:
    """How long, in its two greatest units: `3 giờ 5 phút`, `2 d 4 h`."""
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


def _troubles(sheet: GateSheet) -> Iterator[str]:
    """What is wrong, by the code of what to do about it, the most urgent first."""
    state, told = sheet.state, sheet.told
    if sheet.shut_out:
        yield "shut_out"
    elif state.online is None:
        yield "never"
    elif not state.online:
        yield "offline"
    for code in sorted(faults_of(state), key=lambda code: -grade([code])):
        yield code if f"gates_do_{code}" in PHRASES else "unknown"
    if told and told.free_bytes is not None and told.free_bytes < LOW_STORAGE_BYTES:
        yield "low"
    if told and state.online and told.temperature_c is not None and told.temperature_c >= HOT_C:
        yield "hot"
    if catching_up(state):
        yield "backlog"
    if told and told.update and f"gates_do_update_{told.update.fault}" in PHRASES:
        yield f"update_{told.update.fault}"


def _self_test(told: Health | None, words: _Words) -> str:
    """What the gate's own checks found that is not well."""
    if told is None or not told.self_test:
        return words("gates_unknown")
    bad = [check for check, state in told.self_test.items() if state == "failed"]
    named = [words(f"gates_check_{check}") for check in bad if f"gates_check_{check}" in PHRASES]
    return ", ".join(named) or words("gates_unknown" if bad else "gates_all_well")


def _state(sheet: GateSheet, own: Sequence[str], formats: Formats, today: date) -> str:
    told = describe(sheet.state, formats, today)
    if own and severity(sheet.state) == Severity.OK and not catching_up(sheet.state):
        return " · ".join(own)  # not "working" as well
    return " · ".join([told, *own])


def _size(number: int, formats: Formats) -> str:
    if number < 1_000_000_000:
        return f"{formats.number(number // 1_000_000)} MB"
    text = f"{number / 1e9:.1f} GB"
    return text.replace(".", ",") if formats.lang == Lang.VI else text
