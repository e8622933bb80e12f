"""Test making rosters on both databases: after every change, with growing versions."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from gate_contract import topics
from gate_contract.errors import ContractError
from gate_contract.roster import EntryAction, apply_roster, verify
from gate_contract.topics import GateChannel
from server_bridge.roster.publisher import (
    CHECK_MS,
    RESEND_AFTER_MS,
    RESEND_REFUSED_AFTER_MS,
)
from server_bridge.store.areas.levels import set_policy
from server_bridge.store.changes.revisions import (
    increment_roster_revision,
    roster_revision_number,
)
from server_bridge.store.database import Database
from server_bridge.store.gates.gate_rosters import published_versions
from server_bridge.store.live import snapshot
from server_bridge.store.people.people import Placement, move_person, revoke_cards
from server_bridge.store.people.people_list import LEFT, restore_cards
from server_bridge.store.units.tree import shut_out
from tests.builders.issuer import Issuer
from tests.builders.school import (
    GATE,
    OTHER_GATE,
    OTHER_SCHOOL,
    SCHOOL,
    SECOND_GATE,
    ZONE,
    add_units_and_gates,
)
from tests.fakes.roster_district import COMMUNE, HAMLET, KEYS, TODAY, RosterDistrict

BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Yield a furnished district; on PostgreSQL where a test asks for both."""
    if getattr(request, "param", "sqlite") == "sqlite":
        url = f"sqlite:///{tmp_path}/bridge.db"
    else:
        url = request.getfixturevalue("postgres").database()
    with closing(add_units_and_gates(Database(url))) as made:
        yield made


@pytest.fixture
def district(database: Database) -> Iterator[RosterDistrict]:
    made = RosterDistrict(database)
    made.set_up()
    yield made
    made.publisher.close()


def own(gate_id: str = GATE) -> str:
    return topics.gate(gate_id, GateChannel.ROSTER)


def changed(gate_id: str = GATE) -> str:
    return topics.gate(gate_id, GateChannel.ROSTER_CHANGES)


def test_a_district_without_people_tells_its_gates_nothing(district: RosterDistrict) -> None:
    assert district.run() == []


@BOTH
def test_a_level_goes_to_every_gate_of_the_school_and_to_no_other(district: RosterDistrict) -> None:
    near, far = district.person(), [district.person(area=None) for _ in range(8)]
    elsewhere = district.person(OTHER_SCHOOL)
    assert {own(), own(SECOND_GATE), own(OTHER_GATE)} < set(district.run())
    assert district.roster(GATE).level(near.signature) is None
    district.notice({COMMUNE: 3})
    assert set(district.run()) >= {changed(), changed(SECOND_GATE), own(OTHER_GATE)}
    for gate_id in (GATE, SECOND_GATE):
        roster = district.roster(gate_id)
        assert roster.level(near.signature) == 3
        assert [roster.level(one.signature) for one in (*far, elsewhere)] == [None] * 9
        assert roster.action(3) is EntryAction.SIGNAL
    assert district.roster(OTHER_GATE).level(elsewhere.signature) == 3
    assert district.run() == [], "nothing changed"


def test_a_gate_opens_no_roster_of_another(district: RosterDistrict) -> None:
    district.person()
    district.run()
    with pytest.raises(ContractError) as refusal:
        apply_roster(None, verify(district.retained[own()], KEYS), SECOND_GATE)
    assert refusal.value.reason == "wrong_gate"


def test_small_changes_are_sent_alone_and_large_ones_begin_anew(district: RosterDistrict) -> None:
    people = [district.person(area=None) for _ in range(10)]
    district.run()
    base = district.roster(GATE).full.version
    with district.database.write() as connection:
        move_person(connection, people[0].person, Placement(SCHOOL, "6A", HAMLET), TODAY)
    district.notice({HAMLET: 4})
    assert district.run() == [changed(), changed(SECOND_GATE)]
    roster = district.roster(GATE)
    assert roster.full.version == base < roster.version
    assert len(roster.changes.people if roster.changes else b"") == 33
    with district.database.write() as connection:
        for one in people[1:4]:
            move_person(connection, one.person, Placement(SCHOOL, "6A", HAMLET), TODAY)
    assert set(district.run()) == {own(), own(SECOND_GATE), changed(), changed(SECOND_GATE)}
    roster = district.roster(GATE)
    assert roster.changes is None
    assert [roster.level(one.signature) for one in people[:5]] == [4, 4, 4, 4, None]


def test_who_leaves_the_school_has_no_level_there(district: RosterDistrict) -> None:
    people = [district.person() for _ in range(9)]
    district.notice({HAMLET: 4})
    district.run()
    with district.database.write() as connection:
        move_person(connection, people[0].person, None, TODAY)
    assert district.run() == [changed(), changed(SECOND_GATE)]
    found = [district.roster(GATE).level(one.signature) for one in people[:2]]
    assert found == [None, 4]


def test_a_withdrawn_card_is_told_to_all_gates_at_once(district: RosterDistrict) -> None:
    people = [district.person() for _ in range(6)]
    district.run()
    for told in range(5):
        with district.database.write() as connection:
            revoke_cards(connection, [people[told].card_id], "lost", district.now_ms)
        assert topics.district(GateChannel.ROSTER) in district.run() or told == 4
    for gate_id in (GATE, OTHER_GATE):
        roster = district.roster(gate_id, district=True)
        revoked = [roster.is_revoked(one.card_id) for one in people]
        assert revoked == [True] * 5 + [False]
    assert roster.changes, "the fifth was a small change to the four before"


def test_a_card_that_is_good_again_is_told_too(district: RosterDistrict) -> None:
    people = [district.person() for _ in range(6)]
    with district.database.write() as connection:
        revoke_cards(connection, [one.card_id for one in people], LEFT, district.now_ms)
    district.run()
    with district.database.write() as connection:
        restore_cards(connection, [people[0].person], SCHOOL)
    assert topics.district(GateChannel.ROSTER) in district.run()
    roster = district.roster(GATE, district=True)
    assert [roster.is_revoked(one.card_id) for one in people] == [False] + [True] * 5


def test_a_new_card_key_is_told_to_all_gates(district: RosterDistrict) -> None:
    district.card_keys = {1: bytes(32)}
    district.open()
    district.run()
    assert district.roster(GATE, district=True).card_keys == {1: bytes(32)}
    district.card_keys = {1: bytes(32), 2: bytes([7]) * 32}
    assert district.run() == []
    with district.database.write() as connection:
        increment_roster_revision(connection)
    assert topics.district(GateChannel.ROSTER_CHANGES) in district.run()
    assert district.roster(GATE, district=True).card_keys == district.card_keys


def test_a_policy_is_told(district: RosterDistrict) -> None:
    district.person()
    district.run()
    with district.database.write() as connection:
        set_policy(connection, SCHOOL, {4: EntryAction.SIGNAL}, district.now_ms)
    assert district.run() == [changed(), changed(SECOND_GATE)]
    assert district.roster(GATE).action(4) is EntryAction.SIGNAL


def test_a_notice_holds_from_its_time_on(district: RosterDistrict) -> None:
    one = district.person()
    district.notice({HAMLET: 2}, in_ms=3_600_000)
    district.run()
    assert district.roster(GATE).level(one.signature) is None
    assert district.run(600_000) == []
    assert district.run(3_600_000)
    assert district.roster(GATE).level(one.signature) == 2


def test_after_a_restart_versions_go_on_and_nobody_is_told_twice(district: RosterDistrict) -> None:
    district.person()
    district.run()
    before = district.roster(GATE).version
    for gate_id in (GATE, SECOND_GATE):
        district.report(gate_id, district.roster(gate_id).version)
    district.publisher.close()
    district.open()
    assert district.run() == [], "every gate goes by the last one"
    district.now_ms -= 7_200_000  # the server's clock is set back
    district.notice({HAMLET: 4})
    district.run(60_000)
    assert district.roster(GATE).version > before


def test_a_bridge_restored_from_a_backup_outbids_what_its_gates_hold(
    district: RosterDistrict,
) -> None:
    one = district.person()
    district.run()
    held = district.now_ms + 3_600_000  # a version made after the backup
    district.report(GATE, held)
    district.run(CHECK_MS)
    district.run(1_000)
    roster = district.roster(GATE)
    assert roster.version == held + 1
    assert roster.level(one.signature) is None
    district.report(GATE, district.now_ms + 30 * 86_400_000)  # a version that no bridge has made
    district.run(CHECK_MS)
    assert district.roster(GATE).version == held + 1


def test_a_broker_that_lost_what_it_retained_is_given_it_again(district: RosterDistrict) -> None:
    people = [district.person() for _ in range(9)]
    with district.database.write() as connection:
        revoke_cards(connection, [people[0].card_id], "lost", district.now_ms)
    district.notice({HAMLET: 4})
    district.run()
    before = dict(district.retained)
    district.retained.clear()
    district.publisher.forget()
    district.run()
    assert district.retained == before


def test_a_gate_that_goes_by_another_roster_is_told_again_but_not_for_ever(
    district: RosterDistrict,
) -> None:
    district.person()
    district.run()
    district.report(GATE, 0)
    district.run(1_000)
    assert own() not in district.run(CHECK_MS)
    assert own() in district.run(RESEND_AFTER_MS)
    assert own() not in district.run(CHECK_MS)
    district.report(GATE, 0, fault="a roster was refused")
    assert own() not in district.run(RESEND_AFTER_MS)
    assert own() in district.run(RESEND_REFUSED_AFTER_MS)
    district.report(GATE, district.roster(GATE).version)
    assert own() not in district.run(RESEND_REFUSED_AFTER_MS)


def test_a_gate_that_is_shut_out_has_its_topics_cleared(district: RosterDistrict) -> None:
    district.person()
    district.run()
    with district.database.write() as connection:
        shut_out(connection, GATE)
    assert district.run() == [own(), changed()]
    assert own() not in district.retained
    with district.database.write() as connection:
        shut_out(connection, GATE, out=False)
    district.run()
    assert district.roster(GATE).full.people


def test_the_page_says_which_gate_goes_by_an_old_roster(district: RosterDistrict) -> None:
    district.person()
    district.run()

    def faults() -> tuple[str, ...]:
        with district.database.read() as connection:
            shown = snapshot(connection, district.now_ms, ZONE)
        states = [gate for unit in shown.units for gate in unit.gates if gate.gate_id == GATE]
        return tuple(fault for fault in states[0].faults if fault.startswith("roster"))

    district.report(GATE, 1_000)
    assert faults() == (), "it has only just been made"
    district.now_ms += 61_000
    assert faults() == ("roster_old",)
    district.report(GATE, district.roster(GATE).version)
    assert faults() == ()
    district.report(GATE, district.roster(GATE).version, fault="a roster was refused")
    assert faults() == ("roster_refused",)


@BOTH
def test_every_table_that_a_roster_speaks_of_makes_the_number_grow(
    district: RosterDistrict,
) -> None:
    def number() -> int:
        with district.database.read() as connection:
            return roster_revision_number(connection)

    before = number()
    one = district.person()
    assert number() > before
    acts: list[Callable[[sa.Connection], None]] = [
        lambda c: set_policy(c, SCHOOL, {4: None}, 1),
        lambda c: revoke_cards(c, [one.card_id], "lost", 1),
        lambda c: move_person(c, one.person, None, TODAY),
        lambda c: shut_out(c, GATE),
    ]
    for act in acts:
        before = number()
        with district.database.write() as connection:
            act(connection)
        assert number() > before
    before = number()
    district.notice({HAMLET: 1})
    assert number() > before
    before = number()
    district.report(GATE, 1)
    assert number() == before, "what gates send does not"


def test_a_fault_of_ours_is_waited_out(tmp_path: Path) -> None:
    with closing(add_units_and_gates(Database(f"sqlite:///{tmp_path}/bridge.db"))) as database:
        district = RosterDistrict(database)
        district.set_up()
        broken = district.person()
        with database.write() as connection:
            connection.exec_driver_sql("UPDATE cards SET text = 'SG1:?'")
        district.run()
        assert own() not in district.retained
        with database.write() as connection:
            connection.exec_driver_sql("UPDATE cards SET text = ?", (Issuer().code(7).decode(),))
        district.run(10_000)
        assert district.roster(GATE).level(broken.signature) is None
        district.publisher.close()
        with database.read() as connection:
            assert {stand.scope for stand in published_versions(connection)} == {GATE, SECOND_GATE}
