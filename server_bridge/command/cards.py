"""Commands that issue and print cards, and manage the keys that sign them."""

import base64
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click
import msgspec
import sqlalchemy as sa

from gate_contract.card import CardKind
from gate_contract.errors import SchoolgateError
from server_bridge.cards.face import PrintedCard, card_number
from server_bridge.cards.issuance import issue_cards, issue_to
from server_bridge.cards.print_selection import to_print
from server_bridge.cards.sheet import write_sheet, write_single_cards
from server_bridge.clock import now_ms
from server_bridge.command.options import home_option, json_option
from server_bridge.home import Home, open_home
from server_bridge.i18n.names import class_key, name_key
from server_bridge.store.changes.revisions import increment_roster_revision
from server_bridge.store.people.card_people import photos, without_card
from server_bridge.store.people.cards import HeldCard, IssuedCard, add_cards, cards_of, key_uses
from server_bridge.store.people.people import Member, members
from server_bridge.store.units.tree import Unit, find_unit

DAY = click.DateTime(["%Y-%m-%d"])
HIGHEST_KEY = 255


@click.group("card")
def card_group() -> None:
    """Issue, print, replace and revoke cards."""


@card_group.command("issue")
@home_option
@click.option("--unit", "unit_id", required=True, help="The school.")
@click.option(
    "--kind",
    type=click.Choice([str(kind) for kind in CardKind]),
    help="Kind of card. Default: pupil.",
)
@click.option(
    "--count", type=click.IntRange(1, 100_000), help="How many cards without a name. Default: 1."
)
@click.option(
    "--for-roster",
    is_flag=True,
    help="One card for everybody on the people list who has no valid card.",
)
@click.option("--class", "group_name", help="With --for-roster: only this class.")
@click.option("--dry-run", is_flag=True, help="With --for-roster: only print how many.")
@click.option("--from", "not_before", type=DAY, help="First day of validity. Default: today.")
@click.option("--until", type=DAY, help="Last day of validity. Default: a year later.")
@json_option
def card_issue(
    folder: Path,
    unit_id: str,
    kind: str | None,
    count: int | None,
    for_roster: bool,
    group_name: str | None,
    dry_run: bool,
    not_before: datetime | None,
    until: datetime | None,
    as_json: bool,
) -> None:
    """Issue new cards of a school.

    With --for-roster everybody on the school's people list without a valid card gets one. Without
    it the cards bear no name. New cards are valid at every gate at once, also at a gate without a
    network.
    """
    home = open_home(folder)
    first = not_before.date() if not_before else today(home)
    last = until.date() if until else first + timedelta(days=365)
    if for_roster and count is not None:
        raise SchoolgateError("--for-roster counts by itself; leave --count out")
    if not for_roster and (group_name is not None or dry_run):
        raise SchoolgateError("--class and --dry-run go with --for-roster")
    with closing(home.database()) as database, database.write() as connection:
        if for_roster:
            lacking = _lacking(
                home, connection, unit_id, CardKind(kind) if kind else None, group_name
            )
            if dry_run:
                click.echo(f"{len(lacking)} people have no card; nothing was issued")
                return
            handed = issue_to(connection, lacking, (first, last), home.keys, now_ms())
            issued = [card for card, _ in handed]
        else:
            issued = new_cards(home, CardKind(kind or "pupil"), unit_id, (first, last), count or 1)
            add_cards(connection, issued, now_ms())
    if as_json:
        click.echo(msgspec.json.encode(issued))
    else:
        told = f"{len(issued)} cards issued"
        click.echo(f"{told}; to print them: gate-bridge card print --unit {unit_id}")


@card_group.command("print")
@home_option
@click.option("--unit", "unit_id", required=True, help="The school.")
@click.option("--class", "group_name", help="Only this class.")
@click.option("--single", is_flag=True, help="One card per page, 54 x 86 mm, for a card printer.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The PDF to write. Default: a name made of the unit.",
)
def card_print(
    folder: Path, unit_id: str, group_name: str | None, single: bool, out: Path | None
) -> None:
    """Write a school's valid cards as a PDF: A4 sheets of nine with cut marks.

    Sorted by class and by the order of the class list. Print at 100 %; the line at the foot of each
    sheet must measure 50 mm. Day passes are left out.
    """
    home = open_home(folder)
    day = today(home)
    with closing(home.database()) as database, database.read() as connection:
        unit = known_unit(connection, unit_id)
        there = members(connection, [unit_id], day, group_name=group_name)
        held = cards_of(connection, unit_id)
        faces = photos(connection, unit_id, day)
    if group_name is not None:
        held = [one for one in held if one.person is not None]
    chosen = to_print(held, there, faces, unit.name, day)
    title = f"{unit.name} · {group_name}" if group_name else unit.name
    out = out or Path(f"cards-{unit_id}{f'-{group_name}' if group_name else ''}.pdf")
    write_pdf(out, chosen, title, single=single)
    click.echo(f"{out}: {len(chosen)} cards")


@card_group.command("list")
@home_option
@click.option("--unit", "unit_id", required=True, help="The school.")
@click.option("--class", "group_name", help="Only this class.")
@json_option
def card_list(folder: Path, unit_id: str, group_name: str | None, as_json: bool) -> None:
    """List a school's cards: number, last day, state, holder."""
    home = open_home(folder)
    day = today(home)
    with closing(home.database()) as database, database.read() as connection:
        known_unit(connection, unit_id)
        there = {member.person: member for member in members(connection, [unit_id], day)}
        held = cards_of(connection, unit_id)
    rows = [_Row.of(one, there, day) for one in held]
    if group_name is not None:
        rows = [row for row in rows if row.group == group_name]
    rows.sort(key=lambda row: (class_key(row.group or ""), name_key(row.name or "")))
    if as_json:
        click.echo(msgspec.json.encode(rows))
        return
    for row in rows:
        whose = " ".join(part for part in (row.group, row.name) if part) or row.kind
        click.echo(f"{row.number}  {row.until}  {row.state}  {whose}")
    click.echo(f"{sum(row.state == 'valid' for row in rows)} of {len(rows)} cards are valid")


@card_group.command("keys")
@home_option
def card_keys(folder: Path) -> None:
    """Print the public keys that gates verify cards with, as gate.toml has them.

    After each key: how many valid cards need it, and until when. Public keys are no secret.
    """
    home = open_home(folder)
    keys = home.keys.public_keys()
    with closing(home.database()) as database, database.read() as connection:
        uses = key_uses(connection, today(home))
    for key_id, key in keys.items():
        use = uses.get(key_id)
        told = f"{use.cards} cards, the last until {use.until}" if use else "no card in use"
        if key_id == home.keys.card_key_id:
            told += "; signs new cards"
        elif use is None:
            told += f"; can go: card retire-key {key_id}"
        text = base64.b64encode(key.public_bytes_raw()).decode()
        click.echo(f'{key_id} = "{text}"  # {told}')
    for key_id in sorted(uses.keys() - keys.keys()):
        click.echo(f"# {uses[key_id].cards} cards need keys/card-{key_id}.pem; restore the file")


@card_group.command("rotate-key")
@home_option
def card_rotate_key(folder: Path) -> None:
    """Make the next signing key; older cards stay valid until they expire.

    Gates that are online receive the key within seconds, the others at their next contact. Until
    then they refuse a card of the new key (unknown_key).
    """
    home = open_home(folder)
    key_id = home.keys.card_key_id + 1
    if key_id > HIGHEST_KEY:
        raise SchoolgateError(f"a card can name the keys 0 to {HIGHEST_KEY} only")
    home.keys.card_key()  # a lost older key has to be restored first
    home.keys.make_card_key(key_id)
    _tell_gates(home)
    click.echo(f"key {key_id} signs new cards from now on; keep a safe copy of keys/")
    click.echo("Gates receive it with their next roster")


@card_group.command("retire-key")
@home_option
@click.argument("key_id", type=click.IntRange(0, HIGHEST_KEY))
def card_retire_key(folder: Path, key_id: int) -> None:
    """Retire a signing key that no valid card needs any more.

    KEY_ID is the number in `card keys`. The file stays in keys/ under another name.
    """
    home = open_home(folder)
    if key_id == home.keys.card_key_id:
        raise SchoolgateError(
            f"new cards are signed with key {key_id}; first run: gate-bridge card rotate-key"
        )
    with closing(home.database()) as database, database.read() as connection:
        use = key_uses(connection, today(home)).get(key_id)
    if use:
        raise SchoolgateError(
            f"{use.cards} cards of key {key_id} are still in use, the last until {use.until}"
        )
    path = home.keys.retire_card_key(key_id)
    _tell_gates(home)
    click.echo(f"key {key_id}: gates that are made from now on do not know it; kept as {path.name}")


def _tell_gates(home: Home) -> None:
    with closing(home.database()) as database, database.write() as connection:
        increment_roster_revision(connection)


def new_cards(
    home: Home, kind: CardKind, unit_id: str, span: tuple[date, date], number: int = 1
) -> list[IssuedCard]:
    """Return new cards of the newest key, not stored yet. `span`: first and last day."""
    return issue_cards(
        number,
        kind=kind,
        unit_id=unit_id,
        not_before=span[0],
        expires=span[1],
        key_id=home.keys.card_key_id,
        key=home.keys.card_key(),
    )


def write_pdf(out: Path, cards: list[PrintedCard], title: str, *, single: bool) -> None:
    """Write sheets, or single cards. Raises SchoolgateError."""
    write = write_single_cards if single else write_sheet
    try:
        write(out, cards, title=title, created=datetime.now(UTC))
    except OSError as error:
        raise SchoolgateError(f"{out}: {error.strerror}; choose a folder you own") from error


def known_unit(connection: sa.Connection, unit_id: str) -> Unit:
    """Return a unit. Raises SchoolgateError if it does not exist."""
    unit = find_unit(connection, unit_id)
    if unit is None:
        raise SchoolgateError(f"there is no unit {unit_id}; see: gate-bridge unit list")
    return unit


def today(home: Home) -> date:
    """Return the local date."""
    return datetime.now(home.zone).date()


def _lacking(
    home: Home,
    connection: sa.Connection,
    unit_id: str,
    kind: CardKind | None,
    group_name: str | None,
) -> list[Member]:
    """Return the members of a school who have no lasting card."""
    day = today(home)
    known_unit(connection, unit_id)
    there = members(connection, [unit_id], day, kind=kind, group_name=group_name)
    having = {
        one.person
        for one in cards_of(connection, unit_id)
        if one.person is not None and one.is_lasting(day)
    }
    return without_card(there, having)


class _Row(msgspec.Struct, frozen=True):
    number: str
    kind: CardKind
    name: str | None
    group: str | None
    until: date
    state: str

    @classmethod
    def of(cls, one: HeldCard, there: dict[int, Member], day: date) -> "_Row":
        member = there.get(one.person) if one.person is not None else None
        expired = "expired" if one.card.expires < day else ""
        good = "day pass" if one.card.is_day_pass else "valid"
        return cls(
            number=card_number(one.card.card_id),
            kind=one.card.kind,
            name=member.who.name if member else None,
            group=member.place.group_name if member else None,
            until=one.card.expires,
            state=f"revoked ({one.revoked})" if one.revoked else expired or good,
        )
