"""Keep counts in the transaction that stores the crossings, and recount them as a check."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

import sqlalchemy as sa

from gate_contract.card import CardKind
from gate_contract.crossing import Direction
from gate_contract.verdicts import CROSSINGS, REFUSALS
from server_bridge.store.changes.report_days import mark_days
from server_bridge.store.crossings.arrivals import (
    Ancestry,
    add_arrivals,
    all_arrivals,
    arrivals_of,
    roll_up,
)
from server_bridge.store.crossings.counting import (
    CountKey,
    Delta,
    FiledPosition,
    Passage,
    Presence,
    PresenceKey,
    SlotKey,
    count_by_slot,
    fold,
)
from server_bridge.store.database import upsert
from server_bridge.store.schema.base import counts, crossings, presence, refusals

SchoolDay = tuple[str, date]
_IN_ONE_QUERY = 500


def _of_day(table: sa.Table) -> sa.ColumnElement[bool]:
    return (table.c.unit_id == sa.bindparam("of")) & (table.c.day == sa.bindparam("on"))


_PRESENT = presence.select().where(_of_day(presence))
_KNOWN = _PRESENT.where(presence.c.card_id.in_(sa.bindparam("cards", expanding=True)))
_DELETE_PRESENCE = presence.delete().where(_of_day(presence))
_PASSAGES = crossings.select().where(
    _of_day(crossings) & crossings.c.verdict.in_(sorted(CROSSINGS))
)
_REFUSED = (
    sa.select(crossings.c.verdict, sa.func.sum(crossings.c.count))
    .where(_of_day(crossings) & crossings.c.verdict.in_(sorted(REFUSALS)))
    .group_by(crossings.c.verdict)
)
_COUNTS = counts.select()
_COUNTS_OF_DAY = _COUNTS.where(_of_day(counts))
_REFUSALS_OF_DAY = refusals.select().where(_of_day(refusals))


def count_passages(connection: sa.Connection, passages: list[Passage], lines: Ancestry) -> None:
    """Add crossings that have just been stored to presence and counts."""
    changed, deltas = fold(_known(connection, passages), passages)
    upsert(connection, presence, [_presence_row(key, value) for key, value in changed.items()])
    _add_counts(connection, deltas, lines)
    add_arrivals(connection, count_by_slot(passages), lines)
    mark_days(connection, {(passage.unit_id, passage.day) for passage in passages})


def count_refusals(
    connection: sa.Connection, scans: Mapping[tuple[str, date, str], int], lines: Ancestry
) -> None:
    """Add refusals, by unit, day and code, that have just been stored."""
    rows: Counter[tuple[str, date, str]] = Counter()
    for (unit_id, day, code), number in scans.items():
        for above in lines[unit_id]:
            rows[above, day, code] += number
    upsert(
        connection,
        refusals,
        [
            {"unit_id": unit_id, "day": day, "code": code, "scans": number}
            for (unit_id, day, code), number in rows.items()
            if number
        ],
        add=True,
    )
    mark_days(connection, {(unit_id, day) for unit_id, day, _ in scans})


def recount(connection: sa.Connection, school_day: SchoolDay, lines: Ancestry) -> None:
    """Recount one day of one school from its crossings, and correct the sums above it."""
    unit_id, day = school_day
    passages = _passages(connection, school_day)
    present, counted = fold({}, passages)
    before = _counts_of(connection, school_day)
    connection.execute(_DELETE_PRESENCE, {"of": unit_id, "on": day})
    upsert(connection, presence, [_presence_row(key, value) for key, value in present.items()])
    _add_counts(connection, _difference(counted, before), lines)
    came = count_by_slot(passages)
    came.subtract(arrivals_of(connection, unit_id, day))
    add_arrivals(connection, came, lines)
    scans = Counter(_refusals_in_crossings(connection, school_day))
    scans.subtract(_refusals_of(connection, school_day))
    count_refusals(
        connection, {(unit_id, day, code): number for code, number in scans.items()}, lines
    )
    mark_days(connection, [school_day])


def miscounted(connection: sa.Connection, lines: Ancestry) -> list[SchoolDay]:
    """Return every unit and day whose counts differ from a recount or from the sum of its schools.

    Any entry means a bug.
    """
    wrong = set()
    sums: dict[CountKey, Counter[str]] = {}
    refused: Counter[tuple[str, date, str]] = Counter()
    came: Counter[SlotKey] = Counter()
    found = _all_counts(connection)
    days = connection.execute(sa.select(crossings.c.unit_id, crossings.c.day).distinct()).all()
    for school_day in {*map(tuple, days), *((unit_id, day) for unit_id, day, _ in found)}:
        counted, slots, is_right = _recounted(connection, school_day)
        if not is_right:
            wrong.add(school_day)
        came.update(roll_up(slots, lines))
        for (unit_id, day, kind), delta in counted.items():
            for above in lines[unit_id]:
                sums.setdefault((above, day, kind), Counter()).update(asdict(delta))
        for code, number in _refusals_in_crossings(connection, school_day).items():
            for above in lines[school_day[0]]:
                refused[above, school_day[1], code] += number
    expected = {key: Delta(**numbers) for key, numbers in sums.items()}
    wrong |= {
        (unit_id, day)
        for (unit_id, day, _), delta in _difference(expected, found).items()
        if delta != Delta()
    }
    refused.subtract(
        {
            (row.unit_id, row.day, row.code): row.scans
            for row in connection.execute(refusals.select())
        }
    )
    wrong |= {(unit_id, day) for (unit_id, day, _), number in refused.items() if number}
    came.subtract(all_arrivals(connection))
    wrong |= {(unit_id, day) for (unit_id, day, _), number in came.items() if number}
    return sorted(wrong)


def counts_differ(connection: sa.Connection, school_day: SchoolDay) -> bool:
    """Return whether one school's day differs from a recount of its crossings; this means a bug."""
    counted, slots, is_right = _recounted(connection, school_day)
    is_right = is_right and slots == arrivals_of(connection, *school_day)
    kept = _counts_of(connection, school_day)
    differences = _difference(counted, kept).values()
    refused = _refusals_in_crossings(connection, school_day)
    is_right = is_right and refused == _refusals_of(connection, school_day)
    return not is_right or any(delta != Delta() for delta in differences)


def _recounted(
    connection: sa.Connection, school_day: SchoolDay
) -> tuple[dict[CountKey, Delta], Counter[SlotKey], bool]:
    """Return a day counted from scratch, and whether the stored presence matches it."""
    passages = _passages(connection, school_day)
    present, counted = fold({}, passages)
    rows = connection.execute(_PRESENT, {"of": school_day[0], "on": school_day[1]})
    return counted, count_by_slot(passages), dict(map(_presence_of_row, rows)) == present


def _known(connection: sa.Connection, passages: Iterable[Passage]) -> dict[PresenceKey, Presence]:
    cards: dict[SchoolDay, set[str]] = {}
    for passage in passages:
        cards.setdefault((passage.unit_id, passage.day), set()).add(passage.card_id)
    known: dict[PresenceKey, Presence] = {}
    for (unit_id, day), ids in cards.items():
        ordered = sorted(ids)
        for i in range(0, len(ordered), _IN_ONE_QUERY):
            some = ordered[i : i + _IN_ONE_QUERY]
            rows = connection.execute(_KNOWN, {"of": unit_id, "on": day, "cards": some})
            known.update(map(_presence_of_row, rows))
    return known


def _presence_row(key: PresenceKey, value: Presence) -> dict[str, Any]:
    unit_id, day, card_id = key
    return {
        "unit_id": unit_id,
        "day": day,
        "card_id": card_id,
        "kind": value.kind,
        "inside": value.inside,
        "first_in_ms": value.first_in_ms,
        "last_ms": value.last.at_ms,
        "last_ledger": value.last.ledger,
        "last_seq": value.last.seq,
    }


def _presence_of_row(row: sa.Row[Any]) -> tuple[PresenceKey, Presence]:
    moment = FiledPosition(row.last_ms, row.last_ledger, row.last_seq)
    value = Presence(CardKind(row.kind), row.inside, moment, row.first_in_ms)
    return (row.unit_id, row.day, row.card_id), value


def _add_counts(
    connection: sa.Connection, deltas: Mapping[CountKey, Delta], lines: Ancestry
) -> None:
    sums: dict[CountKey, Counter[str]] = {}
    for (unit_id, day, kind), delta in deltas.items():
        for above in lines[unit_id]:
            sums.setdefault((above, day, kind), Counter()).update(asdict(delta))
    upsert(
        connection,
        counts,
        [
            {"unit_id": unit_id, "day": day, "kind": kind, **numbers}
            for (unit_id, day, kind), numbers in sums.items()
        ],
        add=True,
    )


def _passages(connection: sa.Connection, school_day: SchoolDay) -> list[Passage]:
    unit_id, day = school_day
    rows = connection.execute(_PASSAGES, {"of": unit_id, "on": day})
    return [
        Passage(
            unit_id,
            day,
            row.card_id,
            CardKind(row.kind),
            Direction(row.direction),
            FiledPosition(row.filed_ms, row.ledger, row.seq),
        )
        for row in rows
    ]


def _counts_of(connection: sa.Connection, school_day: SchoolDay) -> dict[CountKey, Delta]:
    unit_id, day = school_day
    return _as_counts(connection.execute(_COUNTS_OF_DAY, {"of": unit_id, "on": day}))


def _all_counts(connection: sa.Connection) -> dict[CountKey, Delta]:
    return _as_counts(connection.execute(_COUNTS))


def _as_counts(rows: Iterable[sa.Row[Any]]) -> dict[CountKey, Delta]:
    return {
        (row.unit_id, row.day, CardKind(row.kind)): Delta(
            row.entered, row.left, row.inside, row.people
        )
        for row in rows
    }


def _difference(
    after: Mapping[CountKey, Delta], before: Mapping[CountKey, Delta]
) -> dict[CountKey, Delta]:
    nothing = Delta()
    return {
        key: Delta(
            **{
                name: value - getattr(before.get(key, nothing), name)
                for name, value in asdict(after.get(key, nothing)).items()
            }
        )
        for key in {*after, *before}
    }


def _refusals_in_crossings(connection: sa.Connection, school_day: SchoolDay) -> dict[str, int]:
    unit_id, day = school_day
    rows = connection.execute(_REFUSED, {"of": unit_id, "on": day})
    return {code: int(number) for code, number in rows}


def _refusals_of(connection: sa.Connection, school_day: SchoolDay) -> dict[str, int]:
    unit_id, day = school_day
    rows = connection.execute(_REFUSALS_OF_DAY, {"of": unit_id, "on": day})
    return {row.code: row.scans for row in rows if row.scans}
