"""Import a school's spreadsheet as its people list: in one transaction, or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from gate_contract.card import CardKind
from gate_contract.errors import SchoolgateError
from server_bridge.people.entries import PeopleFile, Watch, read_entries
from server_bridge.people.plan import Plan, plan_people
from server_bridge.people.residence import Atlas
from server_bridge.sheets.opening import Spreadsheet, open_spreadsheet
from server_bridge.store.areas.areas import add_areas, all_areas
from server_bridge.store.database import Database
from server_bridge.store.people.people_list import (
    add_people,
    change_people,
    give_back_cards,
    known_people,
    move_people,
    note_import,
    withdraw_cards,
)
from server_bridge.store.units.tree import SCHOOL, find_unit

MOST_LEAVING = 0.2
"""The part of a school that may leave with one import.

Above it, the file is probably a part of the school, or another school's.
"""
FEW = 5
"""This many may leave, however small the school is."""


@dataclass(frozen=True, slots=True)
class Import:
    """What to import. `day`: the day from which it holds; a day after `today` is in the future."""

    path: Path
    unit_id: str
    kind: CardKind
    day: date
    today: date
    now_ms: int
    only_sheet: str | None = None
    mapping: Mapping[str, str] | None = None
    dry_run: bool = False
    skip_refused: bool = False
    allow_leaving: bool = False


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What the file holds, what it changes, and whether the changes were written."""

    plan: Plan
    reading: PeopleFile
    done: bool


def import_people(database: Database, task: Import, watch: Watch = iter) -> ImportOutcome:
    """Read the file, compare it, and write it unless this is a dry run or rows are refused.

    Raises:
        SheetError: the file as a whole is refused.
        SchoolgateError: the unit is no school, or too many people would leave.
    """
    book = open_spreadsheet(task.path, only=task.only_sheet)
    reading = read_entries(book.sheets, task.kind, task.today, task.mapping, book.name, watch)
    if task.dry_run:
        with database.read() as connection:
            return ImportOutcome(_plan(connection, task, reading), reading, done=False)
    with database.write() as connection:
        plan = _plan(connection, task, reading)
        if plan.refusals and not task.skip_refused:
            return ImportOutcome(plan, reading, done=False)
        if not task.allow_leaving and too_many_leave(plan):
            raise SchoolgateError(
                f"{len(plan.gone)} of {plan.here} would leave the school; nothing was imported. "
                "If the file is whole and the school's own: --allow-leaving"
            )
        if not plan.is_idle():
            _write(connection, task, plan, book)
        return ImportOutcome(plan, reading, done=True)


def too_many_leave(plan: Plan) -> bool:
    """Return whether the file seems to be a part of the school, or another school's."""
    return len(plan.gone) > max(FEW, MOST_LEAVING * plan.here)


def _plan(connection: sa.Connection, task: Import, reading: PeopleFile) -> Plan:
    unit = find_unit(connection, task.unit_id)
    if unit is None or unit.level != SCHOOL:
        raise SchoolgateError(f"{task.unit_id} is not a school; see: gate-bridge unit list")
    people = [entry.who for entry in reading.entries]
    known = known_people(
        connection,
        task.kind,
        task.unit_id,
        task.day,
        codes={who.code for who in people if who.code},
        national_ids={who.national_id for who in people if who.national_id},
    )
    atlas = Atlas(all_areas(connection), task.day)
    return plan_people(reading, known, task.unit_id, atlas)


def _write(connection: sa.Connection, task: Import, plan: Plan, book: Spreadsheet) -> None:
    add_areas(connection, plan.hamlets)
    add_people(
        connection, [(change.who, change.place) for change in plan.new], task.day, task.now_ms
    )
    others = [(change.known, change) for change in (*plan.moved, *plan.changed) if change.known]
    changed = [(known.person, to.who) for known, to in others if to.who != known.who]
    change_people(connection, changed, task.now_ms)
    moved = [(known.person, to.place) for known, to in others if to.place != known.place]
    move_people(connection, [*moved, *((one.person, None) for one in plan.gone)], task.day)
    # A mistake of the office must not cost anybody a new card: who is back in the next file has the
    # old card again. A pupil who changed school keeps it until that school issues its own.
    withdraw_cards(connection, [one.person for one in plan.gone], task.now_ms)
    back = [to.known.person for to in plan.moved if to.known]
    give_back_cards(connection, back, task.unit_id)
    note_import(
        connection,
        unit_id=task.unit_id,
        kind=task.kind,
        file_name=book.name[:200],
        sha256=book.sha256,
        imported_ms=task.now_ms,
        added=len(plan.new) + len(plan.moved),
        changed=len(plan.changed),
        gone=len(plan.gone),
    )
