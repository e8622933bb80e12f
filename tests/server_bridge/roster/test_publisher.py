"""From rows to rosters, on both databases: made when something changes, and never turned back."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from gate_contract import topics
from gate_contract.errors import ContractError
from gate_contract.roster import EntryAction, apply_roster, verify
from gate_contract.topics import GateChannel
from server_bridge.roster.publisher import AGAIN_MS, CHECK_MS, REFUSED_MS
from server_bridge.store.areas.levels import set_policy
from server_bridge.store.changes.revisions import bump_rosters, roster_revision_number
from server_bridge.store.database import Database
from server_bridge.store.gates.gate_rosters import stands
from server_bridge.store.live import snapshot
from server_bridge.store.people.people import Placement, move, revoke
from server_bridge.store.people.people_list import LEFT, give_back_cards
from server_bridge.store.units.tree import shut_out
from tests.builders.issuer import Issuer
from tests.fakes.desk import COMMUNE, HAMLET, KEYS, TODAY, Desk
from tests.fakes.school import GATE, OTHER_GATE, OTHER_SCHOOL, SCHOOL, SECOND_GATE, ZONE, furnish

BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A furnished district; on PostgreSQL where a test asks for both."""
    if getattr(request, "param", "sqlite") == "sqlite":
        url = f"sqlite:///{tmp_path}/bridge.db"
    else:
        url = request.getfixturevalue("postgres").database()
    with closing(furnish(Database(url))) as made:
        yield made


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    made = Desk(database)
    made.furnish()
    yield made
    made.office.close()


def own(gate_id: str = GATE) -> str:
    return topics.gate(gate_id, GateChannel.ROSTER)


def changed(gate_id: str = GATE) -> str:
    return topics.gate(gate_id, GateChannel.ROSTER_CHANGES)


def test_a_district_without_people_tells_its_gates_nothing(desk: Desk) -> None:
    assert desk.turn() == []


@BOTH
def test_a_level_goes_to_every_gate_of_the_school_and_to_no_other(desk: Desk) -> None:
    near, far = desk.person(), [desk.person(area=None) for _ in range(8)]
    elsewhere = desk.person(OTHER_SCHOOL)
    assert {own(), own(SECOND_GATE), own(OTHER_GATE)} < set(desk.turn())
    assert desk.book(GATE).level(near.signature) is None
    desk.notice({COMMUNE: 3})
    assert set(desk.turn()) >= {changed(), changed(SECOND_GATE), own(OTHER_GATE)}
    for gate_id in (GATE, SECOND_GATE):
        book = desk.book(gate_id)
        assert book.level(near.signature) == 3
        assert [book.level(one.signature) for one in (*far, elsewhere)] == [None] * 9
        assert book.action(3) is EntryAction.SIGNAL
    assert desk.book(OTHER_GATE).level(elsewhere.signature) == 3
    assert desk.turn() == [], "nothing changed"


def test_a_gate_opens_no_roster_of_another(desk: Desk) -> None:
    desk.person()
    desk.turn()
    with pytest.raises(ContractError) as refusal:
        apply_roster(None, verify(desk.retained[own()], KEYS), SECOND_GATE)
    assert refusal.value.reason == "wrong_gate"


def test_small_changes_are_sent_alone_and_large_ones_begin_anew(desk: Desk) -> None:
    people = [desk.person(area=None) for _ in range(10)]
    desk.turn()
    base = desk.book(GATE).full.version
    with desk.database.write() as connection:
        move(connection, people[0].person, Placement(SCHOOL, "6A", HAMLET), TODAY)
    desk.notice({HAMLET: 4})
    assert desk.turn() == [changed(), changed(SECOND_GATE)]
    book = desk.book(GATE)
    assert book.full.version == base < book.version
    assert len(book.changes.people if book.changes else b"") == 33
    with desk.database.write() as connection:
        for one in people[1:4]:
            move(connection, one.person, Placement(SCHOOL, "6A", HAMLET), TODAY)
    assert set(desk.turn()) == {own(), own(SECOND_GATE), changed(), changed(SECOND_GATE)}
    book = desk.book(GATE)
    assert book.changes is None
    assert [book.level(one.signature) for one in people[:5]] == [4, 4, 4, 4, None]


def test_who_leaves_the_school_has_no_level_there(desk: Desk) -> None:
    people = [desk.person() for _ in range(9)]
    desk.notice({HAMLET: 4})
    desk.turn()
    with desk.database.write() as connection:
        move(connection, people[0].person, None, TODAY)
    assert desk.turn() == [changed(), changed(SECOND_GATE)]
    found = [desk.book(GATE).level(one.signature) for one in people[:2]]
    assert found == [None, 4]


def test_a_withdrawn_card_is_told_to_all_gates_at_once(desk: Desk) -> None:
    people = [desk.person() for _ in range(6)]
    desk.turn()
    for told in range(5):
        with desk.database.write() as connection:
            revoke(connection, [people[told].card_id], "lost", desk.now_ms)
        assert topics.district(GateChannel.ROSTER) in desk.turn() or told == 4
    for gate_id in (GATE, OTHER_GATE):
        book = desk.book(gate_id, district=True)
        revoked = [book.is_revoked(one.card_id) for one in people]
        assert revoked == [True] * 5 + [False]
    assert book.changes, "the fifth was a small change to the four before"


def test_a_card_that_is_good_again_is_told_too(desk: Desk) -> None:
    people = [desk.person() for _ in range(6)]
    with desk.database.write() as connection:
        revoke(connection, [one.card_id for one in people], LEFT, desk.now_ms)
    desk.turn()
    with desk.database.write() as connection:
        give_back_cards(connection, [people[0].person], SCHOOL)
    assert topics.district(GateChannel.ROSTER) in desk.turn()
    book = desk.book(GATE, district=True)
    assert [book.is_revoked(one.card_id) for one in people] == [False] + [True] * 5


def test_a_new_card_key_is_told_to_all_gates(desk: Desk) -> None:
    desk.card_keys = {1: bytes(32)}
    desk.open()
    desk.turn()
    assert desk.book(GATE, district=True).card_keys == {1: bytes(32)}
    desk.card_keys = {1: bytes(32), 2: bytes([7]) * 32}
    assert desk.turn() == []
    with desk.database.write() as connection:
        bump_rosters(connection)
    assert topics.district(GateChannel.ROSTER_CHANGES) in desk.turn()
    assert desk.book(GATE, district=True).card_keys == desk.card_keys


def test_a_policy_is_told(desk: Desk) -> None:
    desk.person()
    desk.turn()
    with desk.database.write() as connection:
        set_policy(connection, SCHOOL, {4: EntryAction.SIGNAL}, desk.now_ms)
    assert desk.turn() == [changed(), changed(SECOND_GATE)]
    assert desk.book(GATE).action(4) is EntryAction.SIGNAL


def test_a_notice_holds_from_its_time_on(desk: Desk) -> None:
    one = desk.person()
    desk.notice({HAMLET: 2}, in_ms=3_600_000)
    desk.turn()
    assert desk.book(GATE).level(one.signature) is None
    assert desk.turn(600_000) == []
    assert desk.turn(3_600_000)
    assert desk.book(GATE).level(one.signature) == 2


def test_after_a_restart_versions_go_on_and_nobody_is_told_twice(desk: Desk) -> None:
    desk.person()
    desk.turn()
    before = desk.book(GATE).version
    for gate_id in (GATE, SECOND_GATE):
        desk.tell(gate_id, desk.book(gate_id).version)
    desk.office.close()
    desk.open()
    assert desk.turn() == [], "every gate goes by the last one"
    desk.now_ms -= 7_200_000  # the server's clock is set back
    desk.notice({HAMLET: 4})
    desk.turn(60_000)
    assert desk.book(GATE).version > before


def test_a_bridge_restored_from_a_backup_outbids_what_its_gates_hold(desk: Desk) -> None:
    one = desk.person()
    desk.turn()
    held = desk.now_ms + 3_600_000  # made after the backup
    desk.tell(GATE, held)
    desk.turn(CHECK_MS)
    desk.turn(1_000)
    book = desk.book(GATE)
    assert book.version == held + 1
    assert book.level(one.signature) is None
    desk.tell(GATE, desk.now_ms + 30 * 86_400_000)  # which no bridge ever made
    desk.turn(CHECK_MS)
    assert desk.book(GATE).version == held + 1


def test_a_broker_that_lost_what_it_retained_is_given_it_again(desk: Desk) -> None:
    people = [desk.person() for _ in range(9)]
    with desk.database.write() as connection:
        revoke(connection, [people[0].card_id], "lost", desk.now_ms)
    desk.notice({HAMLET: 4})
    desk.turn()
    before = dict(desk.retained)
    desk.retained.clear()
    desk.office.forget()
    desk.turn()
    assert desk.retained == before


def test_a_gate_that_goes_by_another_roster_is_told_again_but_not_for_ever(desk: Desk) -> None:
    desk.person()
    desk.turn()
    desk.tell(GATE, 0)
    desk.turn(1_000)
    assert own() not in desk.turn(CHECK_MS)
    assert own() in desk.turn(AGAIN_MS)
    assert own() not in desk.turn(CHECK_MS)
    desk.tell(GATE, 0, fault="a roster was refused")
    assert own() not in desk.turn(AGAIN_MS)
    assert own() in desk.turn(REFUSED_MS)
    desk.tell(GATE, desk.book(GATE).version)
    assert own() not in desk.turn(REFUSED_MS)


def test_a_gate_that_is_shut_out_has_its_topics_cleared(desk: Desk) -> None:
    desk.person()
    desk.turn()
    with desk.database.write() as connection:
        shut_out(connection, GATE)
    assert desk.turn() == [own(), changed()]
    assert own() not in desk.retained
    with desk.database.write() as connection:
        shut_out(connection, GATE, out=False)
    desk.turn()
    assert desk.book(GATE).full.people


def test_the_page_says_which_gate_goes_by_an_old_roster(desk: Desk) -> None:
    desk.person()
    desk.turn()

    def faults() -> tuple[str, ...]:
        with desk.database.read() as connection:
            shown = snapshot(connection, desk.now_ms, ZONE)
        states = [gate for unit in shown.units for gate in unit.gates if gate.gate_id == GATE]
        return tuple(fault for fault in states[0].faults if fault.startswith("roster"))

    desk.tell(GATE, 1_000)
    assert faults() == (), "it has only just been made"
    desk.now_ms += 61_000
    assert faults() == ("roster_old",)
    desk.tell(GATE, desk.book(GATE).version)
    assert faults() == ()
    desk.tell(GATE, desk.book(GATE).version, fault="a roster was refused")
    assert faults() == ("roster_refused",)


@BOTH
def test_every_table_that_a_roster_speaks_of_makes_the_number_grow(desk: Desk) -> None:
    def number() -> int:
        with desk.database.read() as connection:
            return roster_revision_number(connection)

    before = number()
    one = desk.person()
    assert number() > before
    acts: list[Callable[[sa.Connection], None]] = [
        lambda c: set_policy(c, SCHOOL, {4: None}, 1),
        lambda c: revoke(c, [one.card_id], "lost", 1),
        lambda c: move(c, one.person, None, TODAY),
        lambda c: shut_out(c, GATE),
    ]
    for act in acts:
        before = number()
        with desk.database.write() as connection:
            act(connection)
        assert number() > before
    before = number()
    desk.notice({HAMLET: 1})
    assert number() > before
    before = number()
    desk.tell(GATE, 1)
    assert number() == before, "what gates send does not"


def test_a_fault_of_ours_is_waited_out(tmp_path: Path) -> None:
    with closing(furnish(Database(f"sqlite:///{tmp_path}/bridge.db"))) as database:
        desk = Desk(database)
        desk.furnish()
        broken = desk.person()
        with database.write() as connection:
            connection.exec_driver_sql("UPDATE cards SET text = 'SG1:?'")
        desk.turn()
        assert own() not in desk.retained
        with database.write() as connection:
            connection.exec_driver_sql("UPDATE cards SET text = ?", (Issuer().code(7).decode(),))
        desk.turn(10_000)
        assert desk.book(GATE).level(broken.signature) is None
        desk.office.close()
        with database.read() as connection:
            assert {stand.scope for stand in stands(connection)} == {GATE, SECOND_GATE}
