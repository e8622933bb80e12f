"""Make the demo's synthetic people: import spreadsheets, issue cards, apply levels."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import sqlalchemy as sa

from demo.synthetic import files, people
from demo.synthetic.province import Province, make_province
from gate_contract.card import CardKind
from gate_contract.errors import SchoolgateError
from server_bridge.areas.area_list import plan_areas
from server_bridge.areas.unit_list import plan_units
from server_bridge.cards.issuance import issue_to
from server_bridge.clock import now_ms
from server_bridge.home import Home
from server_bridge.people.importing import Import, import_people
from server_bridge.sheets.opening import open_spreadsheet
from server_bridge.store.areas.areas import add_areas, all_areas
from server_bridge.store.areas.levels import LevelNotice, apply_notice, levels_at
from server_bridge.store.database import Database
from server_bridge.store.people.cards import IssuedCard
from server_bridge.store.people.people import Member, members, revoke
from server_bridge.store.units.dated import add_dated_units, dated_units

PROVINCE: Province = make_province(seed=7, schools=2, communes=1)
SCHOOLS = {school.unit_id: school.name for school in PROVINCE.schools}
SIZES = dict(zip(SCHOOLS, ((1_500, 90), (240, 18)), strict=True))
"""Pupils and staff of each school."""
ISSUER = "UBND tỉnh Sông Thao"
GREEN, YELLOW, ORANGE, RED = 1, 2, 3, 4


@dataclass(frozen=True, slots=True)
class CardHolder:
    """A person with a card. `level`: of the area where they live."""

    card: IssuedCard
    member: Member
    level: int | None
    revoked: bool = False


def populate(
    home: Home, database: Database, folder: Path, today: date
) -> dict[str, list[CardHolder]]:
    """Import the province from spreadsheets in `folder`, and prepare cards and levels.

    Everybody gets a card, a notice of levels is applied, and one card of each school is reported
    lost. Returns the card holders by school.
    """
    folder.mkdir()
    _areas_and_units(database, folder)
    for school in PROVINCE.schools:
        pupils, staff = SIZES[school.unit_id]
        sheet = folder / f"{school.unit_id}-pupils.xlsx"
        files.write_pupils(sheet, school, people.pupils(PROVINCE, school, pupils))
        _import(database, sheet, school.unit_id, CardKind.PUPIL, today)
        sheet = folder / f"{school.unit_id}-staff.xlsx"
        files.write_staff(sheet, school, people.staff(PROVINCE, school, staff))
        _import(database, sheet, school.unit_id, CardKind.STAFF, today)
    span = (today, today + timedelta(days=300))
    with database.write() as connection:
        there = members(connection, list(SCHOOLS), today)
        issued = issue_to(connection, there, span, home.keys, now_ms())
        apply_notice(connection, _notice(connection), now_ms())
        levels = levels_at(connection, now_ms())
        held: dict[str, list[CardHolder]] = {unit_id: [] for unit_id in SCHOOLS}
        for card, member in issued:
            level = levels.get(member.place.area_id or "")
            lost = not held[card.unit_id]
            held[card.unit_id].append(CardHolder(card, member, level, lost))
        revoke(connection, [these[0].card.card_id for these in held.values()], "lost", now_ms())
    return held


def _areas_and_units(database: Database, folder: Path) -> None:
    files.write_areas(folder / "areas.csv", PROVINCE)
    files.write_units(folder / "units.csv", PROVINCE)
    with database.write() as connection:
        areas = plan_areas(open_spreadsheet(folder / "areas.csv"), all_areas(connection))
        add_areas(connection, areas.new)
        units = plan_units(open_spreadsheet(folder / "units.csv"), dated_units(connection))
        add_dated_units(connection, units.new)


def _import(database: Database, sheet: Path, unit_id: str, kind: CardKind, today: date) -> None:
    outcome = import_people(database, Import(sheet, unit_id, kind, today, today, now_ms()))
    if not outcome.done:
        raise SchoolgateError(f"{sheet.name}: {outcome.plan.refusals[0]}")


def _notice(connection: sa.Connection) -> LevelNotice:
    """Return a notice: in every commune the first three hamlets are yellow, orange and red."""
    levels: dict[str, int | None] = {}
    for commune, hamlets in _hamlets(connection):
        levels[commune] = GREEN
        levels |= dict(zip(hamlets, (YELLOW, ORANGE, RED), strict=False))
    return LevelNotice("01/TB-UBND", ISSUER, now_ms(), levels)


def _hamlets(connection: sa.Connection) -> Iterator[tuple[str, list[str]]]:
    known = list(all_areas(connection).values())
    for area in known:
        below = [one.area_id for one in known if one.parent_id == area.area_id]
        if area.level == "commune" and below:
            yield area.area_id, sorted(below)
