"""Run the publisher of rosters with a broker that keeps retained messages."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count

from gate_contract import topics
from gate_contract.card import CardKind
from gate_contract.card_signing import card_signature
from gate_contract.health import Health, ScanHealth
from gate_contract.roster import EffectiveRoster, apply_roster, verify
from server_bridge.cards.issuance import issue_cards
from server_bridge.roster.maker import RosterSigner
from server_bridge.roster.publisher import RosterPublisher
from server_bridge.store.areas.levels import LevelNotice, apply_notice
from server_bridge.store.database import Database
from server_bridge.store.gates.health import store_health
from server_bridge.store.people.cards import add_cards
from server_bridge.store.people.people import Person, Placement, add_person, set_holder
from server_bridge.store.schema.people import areas
from tests.builders.issuer import Issuer, key_named
from tests.builders.school import SCHOOL, ZONE
from tests.fakes.clock import MORNING_MS

TODAY = date(2026, 9, 7)
KEY = key_named("orders")
KEYS = {1: KEY.public_key()}
COMMUNE, HAMLET = "xa-c-area", "thon-1"
NUMBERS = count(1)


@dataclass
class RosterDistrict:
    """A publisher of rosters, with a broker that keeps retained messages."""

    database: Database
    now_ms: int = MORNING_MS
    retained: dict[str, bytes] = field(default_factory=dict)
    sent: list[tuple[str, bytes]] = field(default_factory=list)

    card_keys: dict[int, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        """Create the publisher, as after a start of the bridge."""
        self.publisher = RosterPublisher(
            self.database, ZONE, RosterSigner(1, KEY, lambda: self.card_keys)
        )
        self.publisher.forget()

    def send(self, topic: str, payload: bytes) -> None:
        self.sent.append((topic, payload))
        self.retained[topic] = payload
        if not payload:
            del self.retained[topic]

    def run(self, ms: int = 1_000) -> list[str]:
        """Let time pass until all rosters are made; return the topics that were published."""
        self.sent.clear()
        self.now_ms += ms
        for _ in range(3):
            self.publisher.publish(self.send, self.now_ms)
            if self.publisher._work:
                self.publisher._work.exception()  # waits for it
            self.now_ms += 1_000
        return [topic for topic, _ in self.sent]

    def roster(self, gate_id: str, *, district: bool = False) -> EffectiveRoster:
        """Return the roster that a gate uses when it has just connected."""
        roster: EffectiveRoster | None = None
        for channel in topics.ROSTERS:
            topic = topics.district(channel) if district else topics.gate(gate_id, channel)
            if payload := self.retained.get(topic):
                roster = apply_roster(roster, verify(payload, KEYS), gate_id)
        assert roster, "nothing is retained"
        return roster

    def report(self, gate_id: str, version: int, district: int = 0, fault: str = "") -> None:
        """Store the versions that the gate reports."""
        scan = ScanHealth(roster_version=version, district_roster_version=district)
        health = Health(state="online", scan=scan, roster_fault=fault)
        with self.database.write() as connection:
            store_health(connection, gate_id, health, self.now_ms)

    def person(self, unit_id: str = SCHOOL, area: str | None = HAMLET) -> "Holder":
        """Add a person with a card."""
        (card,) = issue_cards(
            1,
            kind=CardKind.PUPIL,
            unit_id=unit_id,
            not_before=TODAY,
            expires=TODAY + timedelta(days=300),
            key_id=1,
            key=Issuer().key,
        )
        with self.database.write() as connection:
            add_cards(connection, [card], self.now_ms)
            who = Person(CardKind.PUPIL, "Nguyễn Văn A", f"{next(NUMBERS):010}")
            person = add_person(connection, who, Placement(unit_id, "6A", area), TODAY, self.now_ms)
            set_holder(connection, card.card_id, person)
        return Holder(person, card.card_id, card_signature(card.text.encode()))

    def set_up(self) -> None:
        """Add a commune with a hamlet."""
        with self.database.write() as connection:
            for area_id, level, parent in (
                (COMMUNE, "commune", None),
                (HAMLET, "hamlet", COMMUNE),
            ):
                connection.execute(
                    areas.insert().values(area_id=area_id, name="A", level=level, parent_id=parent)
                )

    def notice(self, levels: dict[str, int | None], *, in_ms: int = 0) -> None:
        with self.database.write() as connection:
            number = f"{next(NUMBERS)}/TB"
            notice = LevelNotice(number, "Sở GD&ĐT", self.now_ms + in_ms, levels)
            apply_notice(connection, notice, self.now_ms)


@dataclass(frozen=True)
class Holder:
    person: int
    card_id: str
    signature: bytes
