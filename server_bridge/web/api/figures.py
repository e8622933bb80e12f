"""From what a program asks for to what it is answered. Each looks at the holder's units only."""

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
from server_bridge.web.api.parameters import Nothing, OneDay, Paged, Span
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
    """No such thing, or not for this token: the two look the same."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, when, and for what: `unit_id` and `gate_id` as the path has them."""

    connection: sa.Connection
    holder: TokenHolder
    now_ms: int
    zone: ZoneInfo
    path: str
    unit_id: str = ""
    gate_id: str = ""

    def unit(self) -> StoredUnit:
        """The unit in the path. Raises NotThereError."""
        if self.unit_id in self.holder.units:
            found = unit_figures.units_after(self.connection, [self.unit_id], "", 1)
            if found:
                return found[0]
        raise ResourceNotFoundError(f"there is no unit {self.unit_id!r} that this token opens")


def units(asker: Asker, asked: Paged) -> Units:
    """All units that the token opens."""
    found = unit_figures.units_after(
        asker.connection, asker.holder.units, asked.after, asked.limit + 1
    )
    shown = [_unit(one, asker.holder) for one in found[: asked.limit]]
    return Units(units=shown, next=asked.following(asker.path, [one.unit_id for one in found]))


def unit(asker: Asker, _asked: Nothing) -> Unit:
    """One unit."""
    return _unit(asker.unit(), asker.holder)


def many_counts(asker: Asker, asked: Paged) -> ManyCounts:
    """Today's counts of all units that the token opens."""
    found = unit_figures.units_after(
        asker.connection, asker.holder.units, asked.after, asked.limit + 1
    )
    return ManyCounts(
        counts=_counts(asker, found[: asked.limit]),
        next=asked.following(asker.path, [one.unit_id for one in found]),
    )


def counts(asker: Asker, _asked: Nothing) -> Counts:
    """Today's counts of one unit, as its retained topic has them."""
    return _counts(asker, [asker.unit()])[0]


def days(asker: Asker, asked: Span) -> Days:
    """A unit's counts by day, 366 days at the most."""
    first, last = asked.days(local_day(asker.now_ms, asker.zone))
    found = unit_figures.daily_tallies(asker.connection, asker.unit().unit_id, first, last)
    return Days(
        unit_id=asker.unit_id,
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


def refusals(asker: Asker, asked: Span) -> Refusals:
    """A unit's refused scans by day and reason, 366 days at the most."""
    first, last = asked.days(local_day(asker.now_ms, asker.zone))
    found = unit_figures.daily_refusals(asker.connection, asker.unit().unit_id, first, last)
    return Refusals(
        unit_id=asker.unit_id,
        days=[
            DayRefusals(day=day, refused=sum(by_reason.values()), by_reason=by_reason)
            for day, by_reason in found.items()
        ],
    )


def arrivals(asker: Asker, asked: OneDay) -> Arrivals:
    """When people came to a unit on one day, by five minutes."""
    day = asked.day or local_day(asker.now_ms, asker.zone)
    found = arrivals_of(asker.connection, asker.unit().unit_id, day)
    return Arrivals(
        unit_id=asker.unit_id,
        day=day,
        slots=[
            Slot(at=_utc(slot * SLOT_MS), entered=entered)
            for (_, _, slot), entered in sorted(found.items())
        ],
    )


def gates(asker: Asker, asked: Paged) -> Gates:
    """The gates of all units that the token opens."""
    found = sorted((_gate(sheet) for sheet in _sheets(asker)), key=lambda gate: gate.gate_id)
    rest = [gate for gate in found if gate.gate_id > asked.after]
    return Gates(
        gates=rest[: asked.limit],
        next=asked.following(asker.path, [gate.gate_id for gate in rest]),
    )


def gate(asker: Asker, _asked: Nothing) -> Gate:
    """One gate."""
    for sheet in _sheets(asker):
        if sheet.state.gate_id == asker.gate_id:
            return _gate(sheet)
    raise ResourceNotFoundError(f"there is no gate {asker.gate_id!r} that this token opens")


def _sheets(asker: Asker) -> list[GateSheet]:
    return gate_sheets(asker.connection, asker.now_ms, asker.holder.units)


def _unit(unit: StoredUnit, holder: TokenHolder) -> Unit:
    parent = unit.parent_id if unit.parent_id in holder.units else None
    return Unit(unit_id=unit.unit_id, name=unit.name, level=unit.level, parent=parent)


def _counts(asker: Asker, units: list[StoredUnit]) -> list[Counts]:
    day = local_day(asker.now_ms, asker.zone)
    found = unit_figures.tallies_of(asker.connection, [one.unit_id for one in units], day)
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
    state, told = sheet.state, sheet.told
    scan = told.scan if told and told.scan else ScanHealth()
    return Gate(
        gate_id=state.gate_id,
        unit_id=state.unit_id,
        state=sheet.standing,
        since=_utc(state.state_since_ms),
        heard=_utc(sheet.heard_ms),
        last_crossing=_utc(state.last_crossing_ms),
        backlog=state.backlog,
        clock_trusted=state.clock_trusted,
        camera=scan.camera,
        storage=scan.storage,
        signals=scan.signals,
        temperature_c=told.temperature_c if told else None,
        free_bytes=told.free_bytes if told else None,
        version=told.version if told else "",
        retired=sheet.shut_out,
        faults=list(state.faults),
    )


@overload
def _utc(at_ms: int) -> datetime: ...
@overload
def _utc(at_ms: None) -> None: ...
def _utc(at_ms: int | None) -> datetime | None:
    return None if at_ms is None else datetime.fromtimestamp(at_ms / 1000, UTC)
