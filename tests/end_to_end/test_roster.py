"""From a row in the district's database to what a gate does, over a real broker."""

from contextlib import closing
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from time import monotonic

import pytest

from device.clock import SystemClock
from device.roster_store import RosterStore
from device.scan.gatekeeper import Gatekeeper
from device.scan.verdict import Answer
from gate_contract import topics
from gate_contract.card import CardKind
from gate_contract.topics import GateChannel
from gate_contract.verdicts import Verdict
from server_bridge.cards.issuance import issue_cards
from server_bridge.clock import now_ms
from server_bridge.store.areas.levels import LevelNotice, apply_notice
from server_bridge.store.people.cards import add_cards
from server_bridge.store.people.people import (
    Person,
    Placement,
    add_person,
    revoke_cards,
    set_holder,
)
from server_bridge.store.schema.people import areas
from tests.end_to_end.district_harness import SCHOOL, DistrictHarness, until
from tests.fakes.mqtt_peer import Peer

GATE, OTHER = "gate-a1", "gate-a2"
HAMLETS = ("thon-1", "thon-2")


class People:
    """Eight pupils of the first hamlet and one of the second, each with a card."""

    def __init__(self, district: DistrictHarness) -> None:
        self._town = district
        today = date.today()  # noqa: DTZ011 (near enough: cards hold for days on either side)
        self.cards = issue_cards(
            9,
            kind=CardKind.PUPIL,
            unit_id=SCHOOL,
            not_before=today - timedelta(days=1),
            expires=today + timedelta(days=9),
            key_id=1,
            key=district.home.keys.card_key(),
        )
        with closing(district.home.database()) as database, database.write() as connection:
            add_cards(connection, self.cards, now_ms())
            for area_id in HAMLETS:
                connection.execute(
                    areas.insert().values(area_id=area_id, name=area_id, level="hamlet")
                )
            for number, card in enumerate(self.cards):
                who = Person(CardKind.PUPIL, "Nguyễn Văn A", f"{number:010}")
                place = Placement(SCHOOL, "6A", HAMLETS[number == 8])
                person = add_person(connection, who, place, today - timedelta(days=2), now_ms())
                set_holder(connection, card.card_id, person)

    def notice(self, number: str, levels: dict[str, int | None]) -> None:
        with closing(self._town.home.database()) as database, database.write() as connection:
            apply_notice(connection, LevelNotice(number, "Sở GD&ĐT", now_ms(), levels), now_ms())

    def withdraw(self, number: int) -> None:
        with closing(self._town.home.database()) as database, database.write() as connection:
            revoke_cards(connection, [self.cards[number].card_id], "lost", now_ms())


def answer(keeper: Gatekeeper, people: People, number: int, shown: list[int]) -> Answer:
    """Return the gate's answer to a card that is held up again, long after."""
    clock = SystemClock(battery=True)
    reading = clock.read()
    shown.append(number)
    codes = [people.cards[number].text.encode()]
    (given,) = keeper.see(codes, reading.up_ms + len(shown) * 60_000, reading)
    return given


def stands(keeper: Gatekeeper, *, district: bool = False) -> int:
    """Return the roster version that gate-scan uses after it has read the files."""
    keeper.tend(SystemClock(battery=True).read())
    state = keeper.rosters.state
    return state.district_version if district else state.version


def record(what: str, began: float) -> None:
    """Print a duration for `pytest -rP`; no test asserts a time."""
    print(f"{what}: {monotonic() - began:.2f} s")  # noqa: T201


@pytest.fixture
def district(tmp_path: Path) -> DistrictHarness:
    made = DistrictHarness(tmp_path, (GATE, OTHER))
    path = made.configs[GATE]
    path.write_text(path.read_text("utf-8").replace('direction = "auto"', 'direction = "in"'))
    return made


def test_a_change_reaches_the_gates_online_and_offline(district: DistrictHarness) -> None:
    shown: list[int] = []
    people = People(district)
    with district, district.gatekeeper(GATE) as keeper, district.gatekeeper(OTHER) as other:
        district.start_all()
        until(lambda: stands(keeper) > 0 and stands(other) > 0)
        assert answer(keeper, people, 8, shown) == Answer(Verdict.ADMITTED_IN)

        # A level, to a gate that is online.
        before, began = stands(keeper), monotonic()
        people.notice("1/TB", {HAMLETS[1]: 4})
        until(lambda: stands(keeper) > before)
        record("a level to a gate online", began)
        assert answer(keeper, people, 8, shown) == Answer(Verdict.RESTRICTED_LEVEL, 4)
        assert answer(keeper, people, 0, shown) == Answer(Verdict.ADMITTED_IN)
        store = RosterStore(
            district.config(GATE).ledger_path.parent, GATE, district.config(GATE).order_keys
        )
        roster = store.read().roster
        assert roster
        assert roster.changes, "one of nine: the change came alone"

        # A withdrawn card, to a gate that is online and to one that is away.
        for keeper_of in (keeper, other):  # it tells of the card keys
            until(partial(_knows_the_district, keeper_of))
        district.kill(f"uplink {OTHER}")
        before, began = stands(other, district=True), monotonic()
        people.withdraw(0)
        until(lambda: stands(keeper, district=True) > before)
        record("a withdrawn card to a gate online", began)
        assert answer(keeper, people, 0, shown) == Answer(Verdict.REVOKED)
        assert stands(other, district=True) == before
        district.start(f"uplink {OTHER}")
        until(lambda: stands(other, district=True) > before)
        assert answer(other, people, 0, shown).verdict is Verdict.REVOKED

        # An older one, and one of another gate, by somebody who can write to the broker.
        old, _ = store.payloads()
        people.notice("2/TB", {HAMLETS[0]: 2})
        last = stands(keeper)
        until(lambda: stands(keeper) > last)
        last = stands(keeper)
        foreign = RosterStore(
            district.config(OTHER).ledger_path.parent, OTHER, store.keys
        ).payloads()[0]
        district.kill("bridge")  # whose certificate it is
        hostile = Peer(_At(district.port), district.home.folder / "tls")  # type: ignore[arg-type]
        with hostile:
            for payload in (old, foreign):
                hostile.publish(topics.gate(GATE, GateChannel.ROSTER), payload, retain=True)
        log = f"uplink {GATE}"
        until(lambda: "(old)" in district.log(log) and "(wrong_gate)" in district.log(log))
        assert stands(keeper) == last
        assert answer(keeper, people, 1, shown) == Answer(Verdict.ADMITTED_IN, 2)


def _knows_the_district(keeper: Gatekeeper) -> bool:
    return stands(keeper, district=True) > 0


class _At:
    """A broker that runs elsewhere, with the attributes that a Peer needs."""

    def __init__(self, port: int) -> None:
        self.host, self.port = "127.0.0.1", port
