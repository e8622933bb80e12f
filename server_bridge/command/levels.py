"""Commands for the levels of areas: apply notices, show levels, set what gates do."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click
import msgspec
import sqlalchemy as sa

from gate_contract.errors import SchoolgateError
from gate_contract.roster import EntryAction
from gate_contract.school_day import local_day
from server_bridge.clock import now_ms
from server_bridge.command.options import home_option, json_option
from server_bridge.command.showing import say_refusals, stop_at
from server_bridge.command.time_options import moment_type, shown, utc_ms
from server_bridge.home import Home, open_home
from server_bridge.i18n.names import tidy
from server_bridge.levels.affected import Affected, affected
from server_bridge.levels.notice_file import read_notice_file
from server_bridge.levels.texts import INHERIT, colour, read_level
from server_bridge.sheets.opening import open_spreadsheet
from server_bridge.store.areas import levels
from server_bridge.store.areas.levels import LevelNotice, area_named, areas_named
from server_bridge.store.people.headcounts import area_names
from server_bridge.store.schema.base import NAME_LENGTH
from server_bridge.store.units.tree import all_units, find_unit

SHOWN_AREAS = 20


@dataclass(frozen=True, slots=True)
class _Shown:
    """An area's level as JSON, and which notice set it for which area."""

    area: str
    name: str
    commune: str
    level: int | None
    set_for: str | None = None
    notice: str | None = None
    issuer: str | None = None
    as_of: str | None = None


@click.group("level")
def level_group() -> None:
    """Manage the levels of areas (green, yellow, orange, red), and what gates do about them."""


@level_group.command("set")
@home_option
@click.argument("levels_set", metavar="AREA=LEVEL...", nargs=-1)
@click.option("--notice", "number", required=True, help="The notice's number.")
@click.option("--issuer", required=True, help="Who issued the notice.")
@click.option(
    "--as-of",
    "as_of",
    type=moment_type,
    required=True,
    help="When it takes effect: 'YYYY-MM-DD HH:MM', or a day.",
)
@click.option(
    "--file",
    "file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A spreadsheet with a column of area codes and one of levels.",
)
@click.option("--dry-run", is_flag=True, help="Print who is affected and change nothing.")
@click.option("--yes", is_flag=True, help="Apply it without asking for confirmation.")
@json_option
def level_set(
    folder: Path,
    levels_set: tuple[str, ...],
    number: str,
    issuer: str,
    as_of: datetime,
    file: Path | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Apply an official notice about the levels of areas.

    Prints which areas change, how many people of each school change their level and how many would
    newly be refused at entry; then asks for confirmation and stores the notice. AREA is an area's
    id or official code, LEVEL is 1-4, a colour, or inherit (as the area above). A notice whose time
    is in the future takes effect by itself.
    """
    home = open_home(folder)
    database, now = home.database(), now_ms()
    with database.read() as connection:
        named = _named(connection, levels_set, as_of)
        if file:
            listed = read_notice_file(
                open_spreadsheet(file), lambda name: areas_named(connection, name, as_of.date())
            )
            say_refusals(listed.refusals)
            stop_at(listed.refusals)
            named = _both(named, listed.levels)
        if not named:
            raise SchoolgateError("name at least one area with its level, such as 23293=orange")
        notice = LevelNotice(
            _short(number, 60, "number"),
            _short(issuer, NAME_LENGTH, "issuer"),
            utc_ms(home, as_of),
            named,
        )
        new = levels.is_new(connection, notice)
        _say(connection, home, notice, affected(connection, notice, now, home.zone), as_json)
    if not new:
        click.echo("it was applied before; nothing to do", err=as_json)
        return
    if dry_run:
        click.echo("a dry run: nothing was applied", err=as_json)
        return
    if not yes:
        click.confirm("apply it?", abort=True, err=as_json)
    with database.write() as connection:
        levels.apply_notice(connection, notice, now)
    when = "now" if notice.as_of_ms <= now else f"from {shown(home, notice.as_of_ms)} on"
    click.echo(f"applied; it holds {when}", err=as_json)


@level_group.command("show")
@home_option
@click.option("--area", help="Only this area, by id or official code.")
@click.option("--at", "at", type=moment_type, help="The time. Default: now.")
@json_option
def level_show(folder: Path, area: str | None, at: datetime | None, as_json: bool) -> None:
    """Show the level of every area, and the notice that decides it."""
    home = open_home(folder)
    at_ms = utc_ms(home, at) if at else now_ms()
    with home.database().read() as connection:
        decided = levels.deciding_at(connection, at_ms)
        only = area_named(connection, area, local_day(at_ms, levels.AREAS_ZONE)) if area else None
        names = area_names(connection)
        told = {n: levels.notice_of(connection, n) for n in {s.notice for s in decided.values()}}
    rows = [
        _Shown(area_id, names[area_id].name, names[area_id].commune, level=None)
        if (setting := decided.get(area_id)) is None
        else _Shown(
            area_id,
            names[area_id].name,
            names[area_id].commune,
            setting.level,
            setting.area_id,
            *told[setting.notice],
            shown(home, setting.as_of_ms),
        )
        for area_id in (sorted(names) if only is None else [only])
    ]
    if as_json:
        click.echo(msgspec.json.encode(rows))
        return
    for row in rows:
        whence = f"{row.set_for}, {row.notice} of {row.issuer}, {row.as_of}"
        click.echo(
            f"{row.area}  {row.name}: {colour(row.level)} ({whence if row.notice else 'no notice'})"
        )


@level_group.command("history")
@home_option
@click.argument("area")
@json_option
def level_history(folder: Path, area: str, as_json: bool) -> None:
    """List what notices said about one AREA, the newest first."""
    home = open_home(folder)
    with home.database().read() as connection:
        area_id = area_named(connection, area, local_day(now_ms(), levels.AREAS_ZONE))
        lines = levels.history(connection, area_id)
    if as_json:
        click.echo(msgspec.json.encode(lines))
        return
    for line in lines:
        level = INHERIT if line.level is None else colour(line.level)
        click.echo(
            f"{shown(home, line.as_of_ms)}  {level}  {line.number} of {line.issuer}, "
            f"noted {shown(home, line.noted_ms)}"
        )
    if not lines:
        click.echo(f"no notice names {area_id}; it has the level of the area above it")


@level_group.command("policy")
@home_option
@click.argument("unit_id")
@click.argument("actions_set", metavar="LEVEL=ACTION...", nargs=-1)
@click.option("--from", "from_", type=moment_type, help="The time. Default: now.")
@json_option
def level_policy(
    folder: Path,
    unit_id: str,
    actions_set: tuple[str, ...],
    from_: datetime | None,
    as_json: bool,
) -> None:
    """Set or show what gates of a unit do at entry, by level.

    It holds for UNIT_ID and all units below it. ACTION is admit, signal, refuse, or inherit (as the
    unit above). Without LEVEL=ACTION it only shows the policy. Nobody is ever refused at exit.
    """
    home = open_home(folder)
    database, now = home.database(), now_ms()
    from_ms = utc_ms(home, from_) if from_ else now
    with database.read() as connection:
        if find_unit(connection, unit_id) is None:
            raise SchoolgateError(f"there is no unit {unit_id}; see: gate-bridge unit list")
    if actions := dict(_action(text) for text in actions_set):
        with database.write() as connection:
            levels.set_policy(connection, unit_id, actions, from_ms)
    with database.read() as connection:
        policy = levels.policies_at(connection, max(now, from_ms))[unit_id]
    if as_json:
        click.echo(msgspec.json.encode({colour(level): action for level, action in policy.items()}))
        return
    for level, action in policy.items():
        click.echo(f"{colour(level)}: {action}")


def _named(
    connection: sa.Connection, texts: tuple[str, ...], as_of: datetime
) -> dict[str, int | None]:
    """Return the typed levels by area. Raises SchoolgateError."""
    named: dict[str, int | None] = {}
    for text in texts:
        area, equals, word = text.rpartition("=")
        if not equals:
            raise SchoolgateError(f"{text!r}: write AREA=LEVEL, such as 23293=orange")
        area_id, level = area_named(connection, area, as_of.date()), read_level(word)
        if named.setdefault(area_id, level) != level:
            raise SchoolgateError(f"{area} is given two levels; keep the one that the notice says")
    return named


def _both(typed: dict[str, int | None], listed: dict[str, int | None]) -> dict[str, int | None]:
    """Combine typed and listed levels. Raises SchoolgateError if they disagree."""
    for area_id, level in typed.items():
        if listed.get(area_id, level) != level:
            raise SchoolgateError(
                f"{area_id} is given two levels, here and in the file; keep the notice's"
            )
    return listed | typed


def _short(text: str, most: int, what: str) -> str:
    """Return a normalised text of 1 to `most` characters. Raises SchoolgateError."""
    tidied = tidy(text)
    if not 0 < len(tidied) <= most:
        raise SchoolgateError(f"a notice's {what} has 1 to {most} characters")
    return tidied


def _action(text: str) -> tuple[int, EntryAction | None]:
    word, _, action = text.partition("=")
    level = read_level(word)
    if level is None or action not in [*EntryAction, INHERIT]:
        raise SchoolgateError(
            f"{text!r}: write LEVEL=ACTION, such as red=refuse; actions are "
            f"{', '.join(EntryAction)}, {INHERIT}"
        )
    return level, None if action == INHERIT else EntryAction(action)


def _say(
    connection: sa.Connection, home: Home, notice: LevelNotice, found: Affected, as_json: bool
) -> None:
    """Print whom a notice affects."""
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    names, units = area_names(connection), {u.unit_id: u.name for u in all_units(connection)}
    click.echo(
        f"notice {notice.number} of {notice.issuer}, from {shown(home, notice.as_of_ms)}; "
        f"affected at {shown(home, found.at_ms)}:"
    )
    for area_id, (before, after) in list(found.areas.items())[:SHOWN_AREAS]:
        click.echo(f"  {area_id}  {names[area_id].name}: {colour(before)} -> {colour(after)}")
    if (more := len(found.areas) - SHOWN_AREAS) > 0:
        click.echo(f"  and {more} more areas")
    for school in found.schools:
        moves = ", ".join(
            f"{change.people} {colour(change.before)} -> {colour(change.after)}"
            for change in school.changes
        )
        click.echo(
            f"  {units[school.unit_id]} ({school.unit_id}): {moves}; "
            f"{school.newly_refused} newly refused, {school.newly_let_in} let in again"
        )
    people, refused, let_in = (
        sum(getattr(school, figure) for school in found.schools)
        for figure in ("people", "newly_refused", "newly_let_in")
    )
    click.echo(
        f"in all: {len(found.areas)} areas, {people} people at {len(found.schools)} schools; "
        f"{refused} newly refused at entry, {let_in} let in again"
    )
