"""Commands for lost, forgotten or renamed cards, visitors' passes, and photos."""

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click
import sqlalchemy as sa

from gate_contract.card import CardKind
from gate_contract.errors import SchoolgateError
from server_bridge.cards.day_pass import PAPERS, write_passes
from server_bridge.cards.face import PrintedCard, card_number
from server_bridge.cards.photo import ENDINGS, PhotoError, photo_of_file
from server_bridge.cards.print_selection import printed
from server_bridge.clock import now_ms
from server_bridge.command.cards import (
    DAY,
    known_unit,
    new_cards,
    today,
    write_pdf,
)
from server_bridge.command.options import home_option
from server_bridge.home import Home, open_home
from server_bridge.store.people.card_people import find_member, people_by_code, photos, set_photo
from server_bridge.store.people.cards import (
    HeldCard,
    IssuedCard,
    add_cards,
    cards_of_person,
    find_card,
)
from server_bridge.store.people.people import hand_over, members, revoke

REASONS = ("lost", "damaged", "renamed")

_kind_option = click.option(
    "--kind",
    type=click.Choice(["pupil", "staff"]),
    help="Needed where a pupil and a teacher share a code.",
)
_out_option = click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="A PDF."
)
_paper_option = click.option(
    "--paper",
    type=click.Choice(list(PAPERS)),
    default="a6",
    show_default=True,
    help="A6, or the 72 mm roll of a receipt printer.",
)


@click.command("reissue")
@home_option
@click.argument("card", required=False)
@click.option("--person", "code", help="By the person's code instead of the card's number.")
@_kind_option
@click.option(
    "--reason",
    type=click.Choice(REASONS),
    default="lost",
    show_default=True,
    help="Why it is replaced.",
)
@click.option("--until", type=DAY, help="Last day of the new card. Default: the old card's.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the new card as a PDF for a card printer.",
)
def card_reissue(
    folder: Path,
    card: str | None,
    code: str | None,
    kind: str | None,
    reason: str,
    until: datetime | None,
    out: Path | None,
) -> None:
    """Revoke a card and issue another in its place.

    Name the CARD by the number printed on it, or the person by --person.
    """
    home = open_home(folder)
    day = today(home)
    with closing(home.database()) as database, database.write() as connection:
        old, unit_id = _old_cards(connection, card, code, kind, day)
        newest = old[-1]
        after = until.date() if until else max(newest.card.expires, day)
        if not until and newest.card.expires < day:
            after = day + timedelta(days=365)
        there = members(connection, [unit_id], day)
        member = next((one for one in there if one.person == newest.person), None)
        (new,) = new_cards(home, newest.card.kind, unit_id, (day, after))
        revoke(connection, [one.card.card_id for one in old], reason, now_ms())
        _keep(connection, new, newest.person)
        unit = known_unit(connection, new.unit_id)
        face = photos(connection, new.unit_id, day).get(newest.person or 0)
    click.echo(f"{', '.join(card_number(one.card.card_id) for one in old)}: revoked ({reason})")
    click.echo(f"{card_number(new.card_id)}: issued, until {new.expires}")
    if out:
        write_pdf(out, [printed(new, member, face, unit.name)], unit.name, single=True)
        click.echo(f"{out}: 1 card")


@click.command("revoke")
@home_option
@click.argument("card")
@click.option(
    "--reason",
    default="revoked",
    show_default=True,
    help="One or two words, no name; stored with the card.",
)
def card_revoke(folder: Path, card: str, reason: str) -> None:
    """Revoke a card; gates refuse it at entry as soon as they have the new roster.

    CARD is the number printed on it.
    """
    if not 0 < len(reason) <= 40:
        raise SchoolgateError("a reason has 1 to 40 characters")
    with closing(open_home(folder).database()) as database, database.write() as connection:
        found = find_card(connection, card)
        revoke(connection, [found.card.card_id], reason, now_ms())
    was = f"; it was already ({found.revoked})" if found.revoked else ""
    click.echo(f"{card_number(found.card.card_id)}: revoked{was}")


@click.command("day-pass")
@home_option
@click.option("--person", "code", required=True, help="The person's code.")
@_kind_option
@click.option("--day", type=DAY, help="Default: today.")
@click.option("--lost", is_flag=True, help="Revoke the person's card, which is lost.")
@_paper_option
@_out_option
def card_day_pass(
    folder: Path,
    code: str,
    kind: str | None,
    day: datetime | None,
    lost: bool,
    paper: str,
    out: Path,
) -> None:
    """Write a paper pass, valid one day, for a person without their card.

    The person's card stays valid unless --lost is given.
    """
    home = open_home(folder)
    on = _day(home, day)
    with closing(home.database()) as database, database.write() as connection:
        member = find_member(connection, code, on, CardKind(kind) if kind else None)
        (new,) = new_cards(home, member.who.kind, member.place.unit_id, (on, on))
        if lost:
            held = cards_of_person(connection, member.person)
            good = [one.card.card_id for one in held if one.is_lasting(on)]
            revoke(connection, good, "lost", now_ms())
        _keep(connection, new, member.person)
        unit = known_unit(connection, new.unit_id)
        _write_passes(out, [printed(new, member, None, unit.name)], paper, unit.name)
    told = f"; {len(good)} cards revoked (lost)" if lost else ""
    click.echo(f"{out}: a pass for {on}, {card_number(new.card_id)}{told}")


@click.command("visitor")
@home_option
@click.option("--unit", "unit_id", required=True, help="The school.")
@click.option(
    "--count", type=click.IntRange(1, 1_000), default=1, show_default=True, help="How many passes."
)
@click.option("--day", type=DAY, help="Default: today.")
@_paper_option
@_out_option
def card_visitor(
    folder: Path, unit_id: str, count: int, day: datetime | None, paper: str, out: Path
) -> None:
    """Write visitors' paper passes, valid one day, to hand out at the gate."""
    home = open_home(folder)
    on = _day(home, day)
    with closing(home.database()) as database, database.write() as connection:
        unit = known_unit(connection, unit_id)
        new = new_cards(home, CardKind.VISITOR, unit_id, (on, on), count)
        add_cards(connection, new, now_ms())
        _write_passes(out, [printed(card, None, None, unit.name) for card in new], paper, unit.name)
    click.echo(f"{out}: {count} visitors' passes for {on}")


@click.group("photo")
def photo_group() -> None:
    """Import and remove people's photos for their cards."""


@photo_group.command("import")
@home_option
@click.argument("pictures", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option(
    "--kind",
    type=click.Choice(["pupil", "staff"]),
    help="Needed where a pupil and a teacher share a code.",
)
def photo_import(folder: Path, pictures: Path, kind: str | None) -> None:
    """Import photos that are named by the person's code, like 3312345678.jpg.

    PICTURES is a folder with JPEG and PNG files. Photos are turned upright, cropped to 3:4, made
    small, and printed on cards from then on.
    """
    taken = refused = 0
    with closing(open_home(folder).database()) as database:
        with database.read() as connection:
            known = people_by_code(connection, CardKind(kind) if kind else None)
        for path in sorted(pictures.iterdir()):
            if path.suffix.lower() not in ENDINGS:
                continue
            try:
                person = _person_of(path, known)
                photo = photo_of_file(path)
            except PhotoError as error:
                refused += 1
                click.echo(f"{path.name}: {error}", err=True)
                continue
            with database.write() as connection:
                set_photo(connection, person, photo, now_ms())
            taken += 1
    click.echo(f"{taken} photos taken in, {refused} refused")
    if not taken and not refused:
        raise SchoolgateError(f"there are no JPEG or PNG files in {pictures}")


@photo_group.command("remove")
@home_option
@click.argument("code")
@_kind_option
def photo_remove(folder: Path, code: str, kind: str | None) -> None:
    """Delete a person's photo; printed cards keep theirs.

    CODE is the person's code.
    """
    with closing(open_home(folder).database()) as database, database.write() as connection:
        known = people_by_code(connection, CardKind(kind) if kind else None).get(code, [])
        if len(known) != 1:
            raise SchoolgateError(f"{len(known)} people have the code {code}; see --kind")
        set_photo(connection, known[0], None, now_ms())
    click.echo(f"{code}: no photo")


def _person_of(path: Path, known: dict[str, list[int]]) -> int:
    found = known.get(path.stem, [])
    if not found:
        raise PhotoError("nobody has this code; name the file by it, like 3312345678.jpg")
    if len(found) > 1:
        raise PhotoError("several people have this code; say --kind pupil or staff")
    return found[0]


def _old_cards(
    connection: sa.Connection, card: str | None, code: str | None, kind: str | None, day: date
) -> tuple[list[HeldCard], str]:
    """Return the cards to replace, the newest last, and the school of the new one."""
    if (card is None) == (code is None):
        raise SchoolgateError("say which card: its number, or --person and the person's code")
    if card is not None:
        found = find_card(connection, card)
        if found.revoked:
            raise SchoolgateError(f"{card} is revoked already ({found.revoked})")
        return [found], found.card.unit_id
    member = find_member(connection, str(code), day, CardKind(kind) if kind else None)
    held = cards_of_person(connection, member.person)
    lasting = [one for one in held if not one.revoked and not one.card.is_day_pass]
    if not lasting:
        raise SchoolgateError(f"{code} has no card; see: gate-bridge card issue")
    return lasting, member.place.unit_id


def _keep(connection: sa.Connection, new: IssuedCard, person: int | None) -> None:
    add_cards(connection, [new], now_ms())
    if person is not None:
        hand_over(connection, new.card_id, person)


def _write_passes(out: Path, passes: list[PrintedCard], paper: str, title: str) -> None:
    try:
        write_passes(out, passes, PAPERS[paper], title=title, created=datetime.now(UTC))
    except OSError as error:
        raise SchoolgateError(f"{out}: {error.strerror}; choose a folder you own") from error


def _day(home: Home, day: datetime | None) -> date:
    on = day.date() if day else today(home)
    if on < today(home):
        raise SchoolgateError(f"{on} is over; a pass is for today or a day to come")
    return on
