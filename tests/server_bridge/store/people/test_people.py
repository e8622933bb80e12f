"""Test who belongs to a school on a day, and who holds which card."""

from datetime import date, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gate_contract.card import CardKind
from server_bridge.cards.issuance import issue_cards
from server_bridge.store.database import Database
from server_bridge.store.people.cards import add_cards, cards_of
from server_bridge.store.people.people import (
    Person,
    Placement,
    add_person,
    members,
    move_person,
    revoke_cards,
    set_holder,
)
from tests.builders.intake import NOW_MS
from tests.builders.school import OTHER_SCHOOL, SCHOOL

SEPTEMBER = date(2026, 9, 5)
AN = Person(CardKind.PUPIL, "Nguyễn Văn An", code="3312345678", born=date(2014, 2, 28))


def test_a_pupil_who_moves_is_at_one_school_each_day(database: Database) -> None:
    day = SEPTEMBER + timedelta(days=40)
    with database.write() as connection:
        an = add_person(connection, AN, Placement(SCHOOL, "6A"), SEPTEMBER, NOW_MS)
        move_person(connection, an, Placement(SCHOOL, "6B"), day)
        move_person(
            connection, an, Placement(OTHER_SCHOOL, "6C"), day
        )  # a correction on the same day
        move_person(connection, an, None, day + timedelta(days=10))
    with database.read() as connection:
        both = [SCHOOL, OTHER_SCHOOL]

        def where(after: int) -> list[tuple[str, str | None]]:
            found = members(connection, both, SEPTEMBER + timedelta(days=after))
            return [(m.place.unit_id, m.place.group_name) for m in found]

        assert where(-1) == []
        assert where(0) == where(39) == [(SCHOOL, "6A")]
        assert where(40) == where(49) == [(OTHER_SCHOOL, "6C")]
        assert where(50) == []
        (member,) = members(connection, [SCHOOL], SEPTEMBER, kind=CardKind.PUPIL, group_name="6A")
        assert (member.person, member.who, member.since) == (an, AN, SEPTEMBER)
        assert members(connection, [SCHOOL], SEPTEMBER, kind=CardKind.STAFF) == []


def test_a_person_has_the_cards_that_are_still_good(database: Database) -> None:
    cards = issue_cards(
        3,
        kind=CardKind.PUPIL,
        unit_id=SCHOOL,
        not_before=SEPTEMBER,
        expires=SEPTEMBER + timedelta(days=300),
        key_id=1,
        key=Ed25519PrivateKey.generate(),
    )
    with database.write() as connection:
        an = add_person(connection, AN, Placement(SCHOOL, "6A"), SEPTEMBER, NOW_MS)
        for number, card in enumerate(cards):
            add_cards(connection, [card], NOW_MS + number)
            set_holder(connection, card.card_id, an)
        revoke_cards(connection, [cards[0].card_id], "lost", NOW_MS)
        revoke_cards(connection, [cards[0].card_id], "lost", NOW_MS)
    with database.read() as connection:
        kept = [card.card_id for card in cards[1:]]
        for day, good in ((SEPTEMBER, kept), (SEPTEMBER + timedelta(days=301), [])):
            held = [one for one in cards_of(connection, SCHOOL) if one.is_lasting(day)]
            assert [(one.person, one.card.card_id) for one in held] == [(an, id_) for id_ in good]
