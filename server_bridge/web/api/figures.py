"""The handlers of the API. Each reads the units of the token's holder only."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import overload
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gate_contract.card import CardKind
from gate_contract.counts import KindCounts
from gate_contract.errors import SchoolgateError
from gate_contract.health import ScanHealth
from gate_contract.school_day import local_day
from server_bridge.store.access.tokens import TokenHolder
from server_bridge.store.crossings import unit_figures
from server_bridge.store.crossings.arrivals import arrivals_of
from server_bridge.store.crossings.counting import SLOT_MS
from server_bridge.store.crossings.unit_figures import UnitDayCounts
from server_bridge.store.gates.gate_sheets import GateSheet, gate_sheets
from server_bridge.store.units.tree import Unit as StoredUnit
from server_bridge.web.api.parameters import DayRange, ListPage, NoParameters, SingleDay
from server_bridge.web.api.responses import (
    Arrivals,
    Counts,
    DayCounts,
    DayRefusals,
    Days,
    Gate,
    Gates,
    ManyCounts,
    Refusals,
    Slot,
    Unit,
    Units,
)


class ResourceNotFoundError(SchoolgateError):
    """Raised for what does not exist or is not for this token: both look the same."""


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """One request: the token's holder, the time, `unit_id` and `gate_id` from the path."""

    connection: sa.Connection
    holder: TokenHolder
    now_ms: int
    zone: ZoneInfo
    path: str
    unit_id: str = ""
    gate_id: str = ""

    def unit(self) -> StoredUnit:
        """Return the unit in the path. Raises ResourceNotFoundError."""
        if self.unit_id in self.holder.units:
            found = unit_figures.units_after(self.connection, [self.unit_id], "", 1)
            if found:
                return found[0]
        raise ResourceNotFoundError(f"this token gives access to no unit {self.unit_id!r}")


def units(request: ApiRequest, parameters: ListPage) -> Units:
    """List all units that the token gives access to."""
    found = unit_figures.units_after(
        request.connection, request.holder.units, parameters.after, parameters.limit + 1
    )
    page = [_unit(one, request.holder) for one in found[: parameters.limit]]
    return Units(
        units=page, next=parameters.next_path(request.path, [one.unit_id for one in found])
    )


def unit(request: ApiRequest, _parameters: NoParameters) -> Unit:
    """Return one unit."""
    return _unit(request.unit(), request.holder)


def many_counts(request: ApiRequest, parameters: ListPage) -> ManyCounts:
    """List today's counts of all units that the token gives access to."""
    found = unit_figures.units_after(
        request.connection, request.holder.units, parameters.after, parameters.limit + 1
    )
    return ManyCounts(
        counts=_counts(request, found[: parameters.limit]),
        next=parameters.next_path(request.path, [one.unit_id for one in found]),
    )


def counts(request: ApiRequest, _parameters: NoParameters) -> Counts:
    """Return today's counts of one unit, as its retained topic has them."""
    return _counts(request, [request.unit()])[0]


def days(request: ApiRequest, parameters: DayRange) -> Days:
    """List a unit's counts by day, 366 days at the most."""
    first, last = parameters.days(local_day(request.now_ms, request.zone))
    found = unit_figures.daily_tallies(request.connection, request.unit().unit_id, first, last)
    return Days(
        unit_id=request.unit_id,
        days=[
            DayCounts(
                day=day,
                inside=tally.inside,
                entered=tally.entered,
                left=tally.left,
                people=tally.people,
                by_kind=_by_kind(tally),
            )
            for day, tally in found.items()
        ],
    )


def refusals(request: ApiRequest, parameters: DayRange) -> Refusals:
    """List a unit's refused scans by day and reason, 366 days at the most."""
    first, last = parameters.days(local_day(request.now_ms, request.zone))
    found = unit_figures.daily_refusals(request.connection, request.unit().unit_id, first, last)
    return Refusals(
        unit_id=request.unit_id,
        days=[
            DayRefusals(day=day, refused=sum(by_reason.values()), by_reason=by_reason)
            for day, by_reason in found.items()
        ],
    )


def arrivals(request: ApiRequest, parameters: SingleDay) -> Arrivals:
    """List the entries at a unit on one day, by five minutes."""
    day = parameters.day or local_day(request.now_ms, request.zone)
    found = arrivals_of(request.connection, request.unit().unit_id, day)
    return Arrivals(
        unit_id=request.unit_id,
        day=day,
        slots=[
            Slot(at=_utc(slot * SLOT_MS), entered=entered)
            for (_, _, slot), entered in sorted(found.items())
        ],
    )


def gates(request: ApiRequest, parameters: ListPage) -> Gates:
    """List the gates of all units that the token gives access to."""
    found = sorted((_gate(sheet) for sheet in _sheets(request)), key=lambda gate: gate.gate_id)
    rest = [gate for gate in found if gate.gate_id > parameters.after]
    return Gates(
        gates=rest[: parameters.limit],
        next=parameters.next_path(request.path, [gate.gate_id for gate in rest]),
    )


def gate(request: ApiRequest, _parameters: NoParameters) -> Gate:
    """Return one gate."""
    for sheet in _sheets(request):
        if sheet.state.gate_id == request.gate_id:
            return _gate(sheet)
    raise ResourceNotFoundError(f"this token gives access to no gate {request.gate_id!r}")


def _sheets(request: ApiRequest) -> list[GateSheet]:
    return gate_sheets(request.connection, request.now_ms, request.holder.units)


def _unit(unit: StoredUnit, holder: TokenHolder) -> Unit:
    parent = unit.parent_id if unit.parent_id in holder.units else None
    return Unit(unit_id=unit.unit_id, name=unit.name, level=unit.level, parent=parent)


def _counts(request: ApiRequest, units: list[StoredUnit]) -> list[Counts]:
    day = local_day(request.now_ms, request.zone)
    found = unit_figures.tallies_of(request.connection, [one.unit_id for one in units], day)
    return [
        Counts(
            unit_id=one.unit_id,
            name=one.name,
            day=day,
            inside=found[one.unit_id].inside,
            entered=found[one.unit_id].entered,
            left=found[one.unit_id].left,
            refused=found[one.unit_id].refused,
            people=found[one.unit_id].people,
            by_kind=_by_kind(found[one.unit_id]),
        )
        for one in units
    ]


def _by_kind(tally: UnitDayCounts) -> dict[CardKind, KindCounts]:
    return {
        CardKind(kind): KindCounts(inside=inside, entered=entered, left=left)
        for kind, (inside, entered, left) in tally.by_kind.items()
    }


def _gate(sheet: GateSheet) -> Gate:
    state, health = sheet.state, sheet.health
    scan = health.scan if health and health.scan else ScanHealth()
    return Gate(
        gate_id=state.gate_id,
        unit_id=state.unit_id,
        state=sheet.connection_state,
        since=_utc(state.state_since_ms),
        heard=_utc(sheet.heard_ms),
        last_crossing=_utc(state.last_crossing_ms),
        backlog=state.backlog,
        clock_trusted=state.clock_trusted,
        camera=scan.camera,
        storage=scan.storage,
        signals=scan.signals,
        temperature_c=health.temperature_c if health else None,
        free_bytes=health.free_bytes if health else None,
        version=health.version if health else "",
        retired=sheet.shut_out,
        faults=list(state.faults),
    )


@overload
def _utc(at_ms: int) -> datetime: ...
@overload
def _utc(at_ms: None) -> None: ...
def _utc(at_ms: int | None) -> datetime | None:
    return None if at_ms is None else datetime.fromtimestamp(at_ms / 1000, UTC)
