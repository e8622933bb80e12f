"""Commands for visitors who showed an identity document: open, erase, list accesses."""

import getpass
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click
import msgspec
from msgspec import Struct

from gate_contract.crossing import Direction
from gate_contract.errors import SchoolgateError
from gate_contract.visitor_details import VisitorDetails, unseal
from server_bridge.clock import now_ms
from server_bridge.command.cards import DAY, known_unit, today
from server_bridge.command.options import home_option, json_option
from server_bridge.home import open_home
from server_bridge.store.people.visitors import Act, acts, erase_words, log_act, visits


class _Opened(Struct, frozen=True):
    at: datetime
    gate_id: str
    direction: Direction
    card_id: str
    visitor: VisitorDetails | None


@click.group("visitor")
def visitor_group() -> None:
    """Manage the sealed data of visitors who showed an identity document instead of a card."""


@visitor_group.command("open")
@home_option
@click.option("--unit", "unit_id", required=True, help="The school.")
@click.option("--from", "first", type=DAY, required=True, help="The first day.")
@click.option("--until", "last", type=DAY, help="The last day; default: the first.")
@click.option("--reason", default="", help="The reason, for the log.")
@json_option
def visitor_open(
    folder: Path,
    unit_id: str,
    first: datetime,
    last: datetime | None,
    reason: str,
    as_json: bool,
) -> None:
    """Decrypt the visitors' data of a school, and log that it was done.

    Prints when they came and went and who they were.
    """
    home = open_home(folder)
    key = home.keys.visitor_key()
    begin, end = first.date(), (last or first).date()
    if end < begin:
        raise SchoolgateError(f"{end} is before {begin}")
    with closing(home.database()) as database, database.write() as connection:
        known_unit(connection, unit_id)
        found = visits(connection, unit_id, begin, end)
        opened = [
            _Opened(
                datetime.fromtimestamp(visit.at_ms / 1000, home.zone),
                visit.gate_id,
                visit.direction,
                visit.card_id,
                unseal(visit.sealed, visit.card_id, key) if visit.sealed else None,
            )
            for visit in found
        ]
        act = Act("open", getpass.getuser(), unit_id, begin, end, reason)
        log_act(connection, act, len(found), now_ms())
    if as_json:
        click.echo(msgspec.json.encode(opened))
        return
    for one in opened:
        click.echo(f"{one.at:%Y-%m-%d %H:%M:%S}  {one.gate_id}  {one.direction}  {_words(one)}")
    click.echo(f"{len(opened)} visits; that they were opened is in: gate-bridge visitor log")


@visitor_group.command("erase")
@home_option
@click.option("--before", type=DAY, required=True, help="The first day that is kept.")
@click.option("--reason", default="", help="The reason, for the log.")
def visitor_erase(folder: Path, before: datetime, reason: str) -> None:
    """Erase the sealed data of all visitors before a day.

    Crossings, counts and proofs stay as they are. The erasure is logged.
    """
    home = open_home(folder)
    day: date = before.date()
    if day > today(home):
        raise SchoolgateError(f"{day} is still to come; today's visitors may still be inside")
    with closing(home.database()) as database, database.write() as connection:
        number = erase_words(connection, day)
        last = day - timedelta(days=1)
        act = Act("erase", getpass.getuser(), None, None, last, reason)
        log_act(connection, act, number, now_ms())
    click.echo(
        f"{number} visits before {day}: erased. Gates and backups keep their own for a while"
    )


@visitor_group.command("log")
@home_option
def visitor_log(folder: Path) -> None:
    """List who opened or erased visitors' data, when and why."""
    with closing(open_home(folder).database()) as database, database.read() as connection:
        for at_ms, act, number in acts(connection):
            at = datetime.fromtimestamp(at_ms / 1000, UTC)
            where = act.unit_id or "everywhere"
            days = f"{act.from_day or 'the first day'} to {act.until_day}"
            why = f": {act.reason}" if act.reason else ""
            click.echo(
                f"{at:%Y-%m-%d %H:%M:%S}Z  {act.by_whom}  {act.action}  {where}, {days}, "
                f"{number} visits{why}"
            )


def _words(one: _Opened) -> str:
    if one.visitor is None:
        return "erased"
    who = one.visitor
    told = f"{who.name}, born {who.born}, {who.kind} {who.number}"
    return f"{told}, {who.address}" if who.address else told
