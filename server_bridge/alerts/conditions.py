"""Troubles, from what is known of gates and certificates at one moment. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from server_bridge.alert_kinds import MINUTE_MS, AlertKind, Trouble
from server_bridge.store.gates.gate_sheets import GateSheet

BACKLOG_FROM, BACKLOG_UNTIL = 300, 50
"""A gate that is online sends this in seconds; one that still has it does not get through."""
LOW_BYTES, ENOUGH_BYTES = 500_000_000, 700_000_000
DAY_MS = 24 * 60 * MINUTE_MS
EXPIRES_WITHIN_MS = 21 * DAY_MS

_STORAGE = ("storage", "ledger_damaged")
_BROKEN = ("camera", "scan_silent", "conflict", "two_ledgers", "delivery")


@dataclass(frozen=True, slots=True)
class Observation:
    """`unknown` are gates of which nothing but their absence is known."""

    troubles: tuple[Trouble, ...]
    unknown: frozenset[str]


def observe(
    sheets: Iterable[GateSheet], certificates: Mapping[str, int], now_ms: int
) -> Observation:
    """What is wrong. `certificates`: when each ends, UTC in ms. A gate that was never heard of, or
    is shut out, is no trouble."""
    troubles: list[Trouble] = []
    unknown = set()
    for sheet in sheets:
        state = sheet.state
        if sheet.shut_out or state.online is None:
            continue
        if not state.online:
            since = state.state_since_ms or now_ms
            troubles.append(Trouble(AlertKind.SILENT, state.gate_id, state.unit_id, since))
            unknown.add(state.gate_id)
        else:
            troubles += _of_gate(sheet, now_ms)
    for name, ends_ms in certificates.items():
        if ends_ms - now_ms < EXPIRES_WITHIN_MS:
            detail = str(max(0, ends_ms - now_ms) // DAY_MS)
            troubles.append(Trouble(AlertKind.CERTIFICATE, name, None, now_ms, detail))
    return Observation(tuple(troubles), frozenset(unknown))


def _of_gate(sheet: GateSheet, now_ms: int) -> Iterator[Trouble]:
    state, told = sheet.state, sheet.told
    free = told.free_bytes if told else None

    def trouble(kind: AlertKind, detail: str, *, faint: bool = False) -> Trouble:
        return Trouble(kind, state.gate_id, state.unit_id, now_ms, detail, faint)

    if found := [code for code in _STORAGE if code in state.faults]:
        yield trouble(AlertKind.STORAGE, found[0])
    elif free is not None and free < ENOUGH_BYTES:
        yield trouble(AlertKind.STORAGE, "low", faint=free >= LOW_BYTES)
    if found := [code for code in _BROKEN if code in state.faults]:
        yield trouble(AlertKind.BROKEN, found[0])
    if "clock" in state.faults or state.clock_trusted is False:
        yield trouble(AlertKind.CLOCK, "")
    if state.backlog >= BACKLOG_UNTIL:
        faint = state.backlog < BACKLOG_FROM
        yield trouble(AlertKind.BACKLOG, str(state.backlog), faint=faint)
