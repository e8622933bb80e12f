"""Select the cards to print, and the words on them."""

from collections.abc import Iterable, Mapping
from datetime import date

from server_bridge.cards.face import PrintedCard
from server_bridge.cards.sort_order import print_order
from server_bridge.store.people.cards import HeldCard, IssuedCard
from server_bridge.store.people.people import Member


def to_print(
    held: Iterable[HeldCard],
    there: Iterable[Member],
    photos: Mapping[int, bytes],
    school: str,
    day: date,
) -> list[PrintedCard]:
    """Return the newest lasting card of each person in `there`, then the cards without a name.

    They are in printing order. `held` has the older cards first.
    """
    members = {member.person: member for member in there}
    newest: dict[int | str, PrintedCard] = {}
    for one in held:
        if not one.is_lasting(day):
            continue
        if one.person is None:
            newest[one.card.card_id] = printed(one.card, None, None, school)
        elif one.person in members:
            photo = photos.get(one.person)
            newest[one.person] = printed(one.card, members[one.person], photo, school)
    return sorted(newest.values(), key=print_order)


def printed(
    card: IssuedCard, member: Member | None, photo: bytes | None, school: str
) -> PrintedCard:
    """Return one card with the words that are printed on it."""
    return PrintedCard(
        text=card.text,
        school=school,
        kind=card.kind,
        card_id=card.card_id,
        expires=card.expires,
        name=member.who.name if member else None,
        group=member.place.group_name if member else None,
        photo=photo,
    )
