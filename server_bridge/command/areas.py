"""Commands that import and show the lists of areas and units."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from server_bridge.areas.area_list import plan_areas
from server_bridge.areas.unit_list import plan_units
from server_bridge.command.options import home_option, json_option
from server_bridge.command.setup import unit_group
from server_bridge.command.showing import refusal_rows, say_lines, say_refusals, stop_at
from server_bridge.home import open_home
from server_bridge.sheets.faults import RowRefusal
from server_bridge.sheets.opening import open_spreadsheet
from server_bridge.store.areas.areas import Area, add_areas, all_areas, get_area, lines
from server_bridge.store.areas.levels import area_named
from server_bridge.store.units.dated import (
    DatedUnit,
    add_dated_units,
    dated_units,
    get_unit,
)

file_argument = click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
sheet_option = click.option("--sheet", help="Only this sheet of the workbook.")
dry_option = click.option("--dry-run", is_flag=True, help="Show what would change; change nothing.")


@click.group("area")
def area_group() -> None:
    """Manage the tree of areas where people live: hamlet, commune, district, province."""


@area_group.command("import")
@home_option
@file_argument
@sheet_option
@dry_option
@json_option
def area_import(folder: Path, file: Path, sheet: str | None, dry_run: bool, as_json: bool) -> None:
    """Import a list of areas of residence from a spreadsheet FILE.

    New, changed and merged areas are written, or nothing if a row is refused. Areas that the file
    does not list stay as they are.
    """
    book = open_spreadsheet(file, only=sheet)
    database = open_home(folder).database()
    with database.read() if dry_run else database.write() as connection:
        plan = plan_areas(book, all_areas(connection))
        if not dry_run and not plan.refusals:
            add_areas(connection, (*plan.new, *plan.changed))
    said = [[_area_words(area) for area in areas] for areas in (plan.new, plan.changed)]
    _report(said, plan.same, plan.refusals, dry_run, as_json)


@area_group.command("list")
@home_option
@click.option("--under", help="Only this area and those below it.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Only those that exist on that day.")
@json_option
def area_list(folder: Path, under: str | None, on: datetime | None, as_json: bool) -> None:
    """List all areas, each below the area that it lies in."""
    with open_home(folder).database().read() as connection:
        tree = all_areas(connection)
        if under is not None:
            get_area(connection, under)
    shown = [
        (depth, area)
        for depth, area in _ordered(tree, under)
        if on is None or area.holds_on(on.date())
    ]
    if as_json:
        click.echo(msgspec.json.encode([area for _, area in shown]))
        return
    for depth, area in shown:
        click.echo(f"{'  ' * depth}{_area_words(area)}{_days(area.from_day, area.until_day)}")


@area_group.command("show")
@home_option
@click.argument("area_id")
@json_option
def area_show(folder: Path, area_id: str, as_json: bool) -> None:
    """Show one area: dates, successor and the areas it lies in.

    AREA_ID is its id or its official code.
    """
    home = open_home(folder)
    with home.database().read() as connection:
        area_id = area_named(connection, area_id, datetime.now(home.zone).date())
        area = get_area(connection, area_id)
        tree = all_areas(connection)
    line = lines(tree)[area_id][1:]
    if as_json:
        click.echo(msgspec.json.encode({"area": area, "above": line}))
        return
    click.echo(f"{_area_words(area)}{_days(area.from_day, area.until_day)}")
    if area.successor_id:
        click.echo(f"became part of {_area_words(tree[area.successor_id])}")
    for above in line:
        click.echo(f"lies in {_area_words(tree[above])}")
    below = [other for other in tree.values() if other.parent_id == area_id]
    if below:
        click.echo(f"{len(below)} below it; see: gate-bridge area list --under {area_id}")


@unit_group.command("import")
@home_option
@file_argument
@sheet_option
@dry_option
@json_option
def unit_import(folder: Path, file: Path, sheet: str | None, dry_run: bool, as_json: bool) -> None:
    """Import a list of units from a spreadsheet FILE.

    New and changed units are written, or nothing if a row is refused. Units that the file does not
    list stay as they are.
    """
    book = open_spreadsheet(file, only=sheet)
    database = open_home(folder).database()
    with database.read() if dry_run else database.write() as connection:
        plan = plan_units(book, dated_units(connection))
        if not dry_run and not plan.refusals:
            add_dated_units(connection, (*plan.new, *plan.changed))
    said = [[_unit_words(dated) for dated in some] for some in (plan.new, plan.changed)]
    _report(said, plan.same, plan.refusals, dry_run, as_json)


@unit_group.command("show")
@home_option
@click.argument("unit_id")
@json_option
def unit_show(folder: Path, unit_id: str, as_json: bool) -> None:
    """Show the unit UNIT_ID: code, dates, successor and parents."""
    with open_home(folder).database().read() as connection:
        dated = get_unit(connection, unit_id)
        tree = dated_units(connection)
    if as_json:
        click.echo(msgspec.json.encode(dated))
        return
    click.echo(f"{_unit_words(dated)}{_days(dated.from_day, dated.until_day)}")
    if dated.code:
        click.echo(f"official code {dated.code}")
    if dated.successor_id:
        click.echo(f"became part of {_unit_words(tree[dated.successor_id])}")
    parent_id = dated.unit.parent_id
    while parent_id is not None:
        click.echo(f"below {_unit_words(tree[parent_id])}")
        parent_id = tree[parent_id].unit.parent_id


def _report(
    said: list[list[str]], same: int, refusals: list[RowRefusal], dry_run: bool, as_json: bool
) -> None:
    new, changed = said
    if as_json:
        told: dict[str, Any] = {"new": new, "changed": changed, "same": same}
        told |= {"refused": refusal_rows(refusals), "done": not dry_run and not refusals}
        click.echo(msgspec.json.encode(told))
    else:
        say_lines("new", new)
        say_lines("changed", changed)
        click.echo(f"as before: {same}")
        say_refusals(refusals)
    stop_at(refusals)
    if dry_run and not as_json:
        click.echo("a dry run: nothing was changed")


def _ordered(tree: dict[str, Area], under: str | None) -> list[tuple[int, Area]]:
    """Return each area with its depth, below its parent, siblings by id."""
    children: dict[str | None, list[Area]] = {}
    for area in tree.values():
        children.setdefault(area.parent_id, []).append(area)
    ordered: list[tuple[int, Area]] = []
    waiting = [(0, area) for area in reversed(children.get(None, []))]
    if under is not None:
        waiting = [(0, tree[under])]
    while waiting:
        depth, area = waiting.pop()
        ordered.append((depth, area))
        waiting += [(depth + 1, child) for child in reversed(children.get(area.area_id, []))]
    return ordered


def _area_words(area: Area) -> str:
    return f"{area.area_id}  {area.name} ({area.level})"


def _unit_words(dated: DatedUnit) -> str:
    return f"{dated.unit.unit_id}  {dated.unit.name} ({dated.unit.level})"


def _days(from_day: date | None, until_day: date | None) -> str:
    since = f", from {from_day}" if from_day else ""
    return since + (f", until {until_day}" if until_day else "")
