"""The office that makes rosters, with a broker that remembers, and people to tell of."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count

from gate_contract import topics
from gate_contract.card import CardKind
from gate_contract.card_signing import card_signature
from gate_contract.health import Health, ScanHealth
from gate_contract.roster import EffectiveRoster, apply_roster, verify
from server_bridge.cards.issuance import issue_cards
from server_bridge.roster.making import Signer
from server_bridge.roster.publisher import RosterPublisher
from server_bridge.store.areas.levels import LevelNotice, apply_notice
from server_bridge.store.database import Database
from server_bridge.store.gates.health import take_health
from server_bridge.store.people.cards import add_cards
from server_bridge.store.people.people import Person, Placement, add_person, hand_over
from server_bridge.store.schema.people import areas
from tests.builders.issuer import Issuer, key_named
from tests.fakes.clock import MORNING_MS
from tests.fakes.school import SCHOOL, ZONE

TODAY = date(2026, 9, 7)
KEY = key_named("orders")
KEYS = {1: KEY.public_key()}
COMMUNE, HAMLET = "xa-c-area", "thon-1"
NUMBERS = count(1)


@dataclass
class Desk:
    """The office with a broker that remembers what is retained. `turn` lets time pass until all
    that is to be made is made."""

    database: Database
    now_ms: int = MORNING_MS
    retained: dict[str, bytes] = field(default_factory=dict)
    sent: list[tuple[str, bytes]] = field(default_factory=list)

    card_keys: dict[int, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        """As after a start of the bridge."""
        self.office = RosterPublisher(self.database, ZONE, Signer(1, KEY, lambda: self.card_keys))
        self.office.forget()

    def send(self, topic: str, payload: bytes) -> None:
        self.sent.append((topic, payload))
        self.retained[topic] = payload
        if not payload:
            del self.retained[topic]

    def turn(self, ms: int = 1_000) -> list[str]:
        """The topics that were published on."""
        self.sent.clear()
        self.now_ms += ms
        for _ in range(3):
            self.office.publish(self.send, self.now_ms)
            if self.office._work:
                self.office._work.exception()  # waits for it
            self.now_ms += 1_000
        return [topic for topic, _ in self.sent]

    def book(self, gate_id: str, *, district: bool = False) -> EffectiveRoster:
        """What a gate that has just connected goes by."""
        book: EffectiveRoster | None = None
        for channel in topics.ROSTERS:
            topic = topics.district(channel) if district else topics.gate(gate_id, channel)
            if payload := self.retained.get(topic):
                book = apply_roster(book, verify(payload, KEYS), gate_id)
        assert book, "nothing is retained"
        return book

    def tell(self, gate_id: str, version: int, district: int = 0, fault: str = "") -> None:
        """What the gate says it goes by."""
        scan = ScanHealth(roster_version=version, district_roster_version=district)
        health = Health(state="online", scan=scan, roster_fault=fault)
        with self.database.write() as connection:
            take_health(connection, gate_id, health, self.now_ms)

    def person(self, unit_id: str = SCHOOL, area: str | None = HAMLET) -> "Holder":
        """Somebody with a card."""
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
            hand_over(connection, card.card_id, person)
        return Holder(person, card.card_id, card_signature(card.text.encode()))

    def furnish(self) -> None:
        """A commune with a hamlet."""
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
