"""A school's spreadsheet becomes its roster."""

from datetime import date, timedelta

import pytest

from gate_contract.card import CardKind
from gate_contract.errors import SchoolgateError
from server_bridge.cards.issuance import issue_to
from server_bridge.people.importing import too_many_leave
from server_bridge.people.plan import Plan
from server_bridge.store.people.cards import cards_of
from server_bridge.store.people.people import Person, Placement, members
from tests.builders.people_office import DAY, Office, delimited, pupil
from tests.builders.school import COMMUNE, OTHER_SCHOOL, SCHOOL

TODAY = [
    pupil(1, "Nguyễn Văn An"),
    pupil(2, "Trần Thị Bình", "6B", hamlet="Chùa"),
    pupil(3, "Lê Cường", commune=97_001, hamlet=None, born=date(2014, 2, 28)),
]


def test_the_first_import_and_the_same_again(office: Office) -> None:
    outcome = office.take(TODAY)
    assert outcome.done
    assert [change.who.name for change in outcome.plan.new] == [row[3] for row in TODAY]
    here = office.members()
    assert here["Nguyễn Văn An"].who == Person(
        CardKind.PUPIL, "Nguyễn Văn An", "9700000001", born=date(2014, 2, 1)
    )
    hamlet = "hamlet-97001-001"
    assert here["Nguyễn Văn An"].place == Placement(SCHOOL, "6A", hamlet)
    assert here["Trần Thị Bình"].place == Placement(SCHOOL, "6B", hamlet)
    assert here["Lê Cường"].place == Placement(SCHOOL, "6A", "commune-97001")
    assert [area.name for area in outcome.plan.hamlets] == ["Thôn Chùa"]
    before = office.everything()
    again = office.take(TODAY, day=DAY + timedelta(days=30))
    assert (again.done, again.plan.is_idle(), again.plan.same) == (True, True, 3)
    assert office.everything() == before


def test_who_is_new_moved_changed_and_gone(office: Office) -> None:
    office.take(TODAY)
    office.take([pupil(8, "Phạm Dung", "7C")], OTHER_SCHOOL)
    later = DAY + timedelta(days=30)
    outcome = office.take(
        [
            pupil(1, "Nguyễn Văn Ân", "6B"),
            pupil(3, "Lê Cường", commune=None, hamlet=None, born=date(2014, 2, 28)),
            pupil(8, "Phạm Dung", "6C"),
            pupil(9, "Vũ Em"),
        ],
        day=later,
    )
    plan = outcome.plan
    assert [change.who.name for change in plan.new] == ["Vũ Em"]
    assert [change.who.name for change in plan.moved] == ["Phạm Dung"]
    assert [(change.who.name, change.fields) for change in plan.changed] == [
        ("Nguyễn Văn Ân", ("name", "group_name"))
    ]
    assert [known.who.name for known in plan.gone] == ["Trần Thị Bình"]
    assert plan.same == 1  # what the file does not tell stays as it is
    assert office.members(day=later).keys() == {"Nguyễn Văn Ân", "Lê Cường", "Phạm Dung", "Vũ Em"}
    assert office.members(OTHER_SCHOOL, later) == {}
    assert office.members()["Nguyễn Văn Ân"].place.group_name == "6A"  # before that day
    back = office.take([pupil(2, "Trần Thị Bình", "6B")], OTHER_SCHOOL, day=later)
    assert [change.who.name for change in back.plan.moved] == ["Trần Thị Bình"]


def test_a_card_ends_with_its_holders_time_and_begins_again_with_it(office: Office) -> None:
    office.take(TODAY)
    with office.database.write() as connection:
        there = members(connection, [SCHOOL], DAY)
        keys = office.keys()
        issue_to(connection, there, (DAY, DAY + timedelta(days=300)), keys, 1_000)

    def with_a_good_card(day: date) -> set[str]:
        with office.database.read() as connection:
            good = {one.person for one in cards_of(connection, SCHOOL) if one.is_lasting(day)}
            everybody = members(connection, [SCHOOL], DAY)
        return {member.who.name for member in everybody if member.person in good}

    assert with_a_good_card(DAY) == {row[3] for row in TODAY}
    office.take(TODAY[:1], day=DAY + timedelta(days=1))
    assert with_a_good_card(DAY) == {"Nguyễn Văn An"}
    office.take(TODAY, day=DAY + timedelta(days=2))
    assert with_a_good_card(DAY) == {row[3] for row in TODAY}
    office.take(TODAY[1:2], OTHER_SCHOOL, day=DAY + timedelta(days=3))
    assert with_a_good_card(DAY) == {row[3] for row in TODAY}


def test_a_dry_run_says_the_same_and_does_nothing(office: Office) -> None:
    before = office.everything()
    outcome = office.take(TODAY, dry_run=True)
    assert len(outcome.plan.new) == 3
    assert not outcome.done
    assert office.everything() == before
    office.take(TODAY)
    gone = office.take([pupil(4, "Đỗ Giang")], dry_run=True).plan.gone
    assert len(gone) == 3
    assert len(office.members()) == 3


def test_most_of_a_school_does_not_leave_at_once(office: Office) -> None:
    everybody = [pupil(number, f"Nguyễn Thị {number}") for number in range(1, 41)]
    office.take(everybody)
    with pytest.raises(SchoolgateError, match=r"10 of 40 would leave .* --allow-leaving"):
        office.take(everybody[10:])
    assert too_many_leave(office.take(everybody[10:], dry_run=True).plan)
    assert len(office.members()) == 40
    assert len(office.take(everybody[8:]).plan.gone) == 8
    assert len(office.take(everybody[30:], allow_leaving=True).plan.gone) == 22
    assert len(office.members()) == 10


def test_refused_rows_can_be_left_out_and_nobody_is_gone_for_that(office: Office) -> None:
    office.take(TODAY)
    rows = [pupil(1, "Nguyễn Văn An", born="31/02/2014"), *TODAY[1:], pupil(4, "Đỗ Giang")]
    assert office.refusals(rows) == ["CSV!E2 no_date"]
    outcome = office.take(rows, skip_refused=True)
    assert (outcome.done, len(outcome.plan.new), outcome.plan.gone) == (True, 1, [])
    assert len(office.members()) == 4


def test_people_are_known_by_their_national_number_never_by_their_name(office: Office) -> None:
    header = ["Số ĐDCN", "Mã định danh", "Họ tên", "Tổ chuyên môn", "Ngày sinh"]
    born = "20/11/1980"

    def take(*rows: list[object]) -> Plan:
        return office.take(delimited([header, *rows]), kind=CardKind.STAFF).plan

    one: list[object] = ["097180000001", None, "Hoàng Thị Hoa", "Toán", born]
    take(one)
    plan = take(["097180000001", "GV01", "Hoàng Thị Hoa", "Toán", born])
    assert [change.fields for change in plan.changed] == [("code",)]
    plan = take([None, "GV02", "Hoàng Thị Hoa", "Toán", born])
    assert [len(plan.new), len(plan.gone)] == [1, 1]
    assert [str(place) for place in plan.suspects] == ["CSV!2"]


def test_only_schools_have_rosters(office: Office) -> None:
    for unit_id in (COMMUNE, "nowhere"):
        with pytest.raises(SchoolgateError, match="not a school"):
            office.take(TODAY, unit_id)
