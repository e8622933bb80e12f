"""The command that imports a school's people list from a spreadsheet."""

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from gate_contract.card import CardKind
from gate_contract.errors import SchoolgateError
from server_bridge.clock import now_ms
from server_bridge.command.areas import dry_option, file_argument, sheet_option
from server_bridge.command.options import home_option, json_option
from server_bridge.command.showing import refusal_rows, say_lines, say_refusals, stop_at
from server_bridge.home import open_home
from server_bridge.people.headings import FIELDS, VOCABULARIES
from server_bridge.people.importing import (
    Import,
    ImportOutcome,
    import_people,
    too_many_leave,
)
from server_bridge.people.plan import PersonChange
from server_bridge.sheets.lines import SheetRow
from server_bridge.store.people.people_list import KnownPerson


@click.group("roster")
def roster_group() -> None:
    """Manage the people lists of schools."""


@roster_group.command("import")
@home_option
@file_argument
@click.option("--unit", "unit_id", required=True, help="The school.")
@click.option(
    "--kind",
    type=click.Choice([str(kind) for kind in VOCABULARIES]),
    default="pupil",
    help="Whom the file lists.",
)
@sheet_option
@click.option(
    "--map",
    "pairs",
    multiple=True,
    metavar="FIELD=HEADER",
    help="Heading of a field that is not found by itself; may be repeated.",
)
@click.option(
    "--from",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day from which the list holds. Default: today.",
)
@dry_option
@click.option(
    "--skip-refused", is_flag=True, help="Import the other rows even if some are refused."
)
@click.option(
    "--allow-leaving",
    is_flag=True,
    help="Import even if more than a fifth of the school would leave.",
)
@json_option
def roster_import(
    folder: Path,
    file: Path,
    unit_id: str,
    kind: str,
    sheet: str | None,
    pairs: tuple[str, ...],
    day: datetime | None,
    dry_run: bool,
    skip_refused: bool,
    allow_leaving: bool,
    as_json: bool,
) -> None:
    """Import a school's people list from a spreadsheet FILE.

    The file is the school's whole list of pupils, or of staff. Prints who is new, moved, changed
    and gone, and every row that is refused. If a row is refused, nothing is imported unless
    --skip-refused is given. The output holds names: keep it as you keep the spreadsheet.
    """
    home = open_home(folder)
    today = datetime.now(home.zone).date()
    task = Import(
        path=file,
        unit_id=unit_id,
        kind=CardKind(kind),
        day=day.date() if day else today,
        today=today,
        now_ms=now_ms(),
        only_sheet=sheet,
        mapping=_mapping(pairs),
        dry_run=dry_run,
        skip_refused=skip_refused,
        allow_leaving=allow_leaving,
    )
    outcome = import_people(home.database(), task, _watch)
    if as_json:
        click.echo(msgspec.json.encode(_told(outcome)))
    else:
        _say(outcome)
    if not (outcome.done or dry_run):
        stop_at(outcome.plan.refusals, ", or import the other rows: --skip-refused")
    if dry_run and not as_json:
        click.echo("a dry run: nothing was changed")


def _mapping(pairs: Iterable[str]) -> dict[str, str]:
    mapping = {}
    for pair in pairs:
        field, _, heading = pair.partition("=")
        if field not in FIELDS or not heading:
            raise SchoolgateError(
                f"--map {pair!r}: write FIELD=HEADER; fields: {', '.join(FIELDS)}"
            )
        mapping[field] = heading
    return mapping


def _watch(lines: Sequence[SheetRow]) -> Iterable[SheetRow]:
    """Yield the lines with a progress bar if standard error is a terminal."""
    if not sys.stderr.isatty():
        yield from lines
        return
    with click.progressbar(lines, label="reading", file=sys.stderr) as bar:
        yield from bar


def _say(outcome: ImportOutcome) -> None:
    plan = outcome.plan
    say_lines("new", [_line(change) for change in plan.new])
    say_lines("moved here", [_line(change) for change in plan.moved])
    say_lines("changed", [_line(change) for change in plan.changed])
    say_lines("gone", [_who(known) for known in plan.gone])
    if not outcome.done and too_many_leave(plan):
        click.echo(f"{len(plan.gone)} of {plan.here} would leave: that needs --allow-leaving")
    say_lines("new hamlets", [f"{area.area_id}  {area.name}" for area in plan.hamlets])
    say_lines(
        "new, but with the name and birthday of somebody who goes; check the identifier",
        [str(place) for place in plan.suspects],
    )
    say_lines(
        "left out, for no person is there", [str(place) for place in outcome.reading.left_out]
    )
    click.echo(f"as before: {plan.same}")
    say_refusals(plan.refusals)


def _line(change: PersonChange) -> str:
    about = f" ({', '.join(change.fields)})" if change.fields else ""
    group = f", {change.place.group_name}" if change.place.group_name else ""
    return f"{change.entry.place}: {change.who.name}{group}{about}"


def _who(known: KnownPerson) -> str:
    group = known.place.group_name if known.place else None
    return f"{known.who.name}{f', {group}' if group else ''}"


def _told(outcome: ImportOutcome) -> dict[str, Any]:
    plan = outcome.plan

    def rows(changes: list[PersonChange]) -> list[dict[str, Any]]:
        return [
            {
                "row": str(change.entry.place),
                "name": change.who.name,
                "code": change.who.code,
                "group": change.place.group_name,
                "fields": change.fields,
            }
            for change in changes
        ]

    return {
        "new": rows(plan.new),
        "moved": rows(plan.moved),
        "changed": rows(plan.changed),
        "gone": [{"name": known.who.name, "code": known.who.code} for known in plan.gone],
        "same": plan.same,
        "hamlets": plan.hamlets,
        "suspects": [str(place) for place in plan.suspects],
        "left_out": [str(place) for place in outcome.reading.left_out],
        "refused": refusal_rows(plan.refusals),
        "done": outcome.done,
    }
