"""Find alert conditions in the state of gates and certificates. Pure functions."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from server_bridge.alert_kinds import MINUTE_MS, AlertCondition, AlertKind
from server_bridge.store.gates.gate_sheets import GateSheet

BACKLOG_RAISED_FROM, BACKLOG_OPEN_FROM = 300, 50
"""An online gate sends this many records within seconds; one that still has them is stuck."""
LOW_BYTES, ENOUGH_BYTES = 500_000_000, 700_000_000
DAY_MS = 24 * 60 * MINUTE_MS
EXPIRES_WITHIN_MS = 21 * DAY_MS

_STORAGE = ("storage", "ledger_damaged")
_BROKEN = ("camera", "scan_silent", "conflict", "two_ledgers", "delivery")


@dataclass(frozen=True, slots=True)
class Observation:
    """The conditions found; `unknown` are gates of which only their absence is known."""

    conditions: tuple[AlertCondition, ...]
    unknown: frozenset[str]


def find_conditions(
    sheets: Iterable[GateSheet], certificates: Mapping[str, int], now_ms: int
) -> Observation:
    """Return the current conditions of gates and certificates.

    `certificates` maps names to expiry times, UTC in ms. A gate that never reported, or is shut
    out, has no condition.
    """
    conditions: list[AlertCondition] = []
    unknown = set()
    for sheet in sheets:
        state = sheet.state
        if sheet.shut_out or state.online is None:
            continue
        if not state.online:
            since = state.state_since_ms or now_ms
            conditions.append(AlertCondition(AlertKind.SILENT, state.gate_id, state.unit_id, since))
            unknown.add(state.gate_id)
        else:
            conditions += _of_gate(sheet, now_ms)
    for name, ends_ms in certificates.items():
        if ends_ms - now_ms < EXPIRES_WITHIN_MS:
            detail = str(max(0, ends_ms - now_ms) // DAY_MS)
            conditions.append(AlertCondition(AlertKind.CERTIFICATE, name, None, now_ms, detail))
    return Observation(tuple(conditions), frozenset(unknown))


def _of_gate(sheet: GateSheet, now_ms: int) -> Iterator[AlertCondition]:
    state, health = sheet.state, sheet.health
    free = health.free_bytes if health else None

    def condition(kind: AlertKind, detail: str, *, only_keeps_open: bool = False) -> AlertCondition:
        return AlertCondition(kind, state.gate_id, state.unit_id, now_ms, detail, only_keeps_open)

    if found := [code for code in _STORAGE if code in state.faults]:
        yield condition(AlertKind.STORAGE, found[0])
    elif free is not None and free < ENOUGH_BYTES:
        yield condition(AlertKind.STORAGE, "low", only_keeps_open=free >= LOW_BYTES)
    if found := [code for code in _BROKEN if code in state.faults]:
        yield condition(AlertKind.BROKEN, found[0])
    if "clock" in state.faults or state.clock_trusted is False:
        yield condition(AlertKind.CLOCK, "")
    if state.backlog >= BACKLOG_OPEN_FROM:
        only_keeps_open = state.backlog < BACKLOG_RAISED_FROM
        yield condition(AlertKind.BACKLOG, str(state.backlog), only_keeps_open=only_keeps_open)
