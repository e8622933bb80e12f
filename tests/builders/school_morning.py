"""A school on an ordinary morning: who came, when, and who did not. Synthetic, as ever.

7:40 in Vietnam. Of class 6A: An came at 6:50, Bình at 7:00 and 30 s, Cường at 7:12; Dũng came and
left at 7:20; Đông has not come. Of 10A: Hằng came at 6:45. Of the staff: Cô Mai at 7:30. A visitor,
and a pupil of the other school, are inside; nobody of this school holds their cards.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from gate_contract.card import CardKind
from gate_contract.verdicts import Verdict
from server_bridge.ingest.inbox import Inbox
from server_bridge.store.database import Database
from server_bridge.store.people.cards import IssuedCard, add_cards
from server_bridge.store.people.people import set_holder
from tests.builders.district_people import HAMLET, START, DistrictPeople
from tests.builders.school import OTHER_SCHOOL, SCHOOL, ZONE, Scribe
from tests.fakes.clock import MORNING_MS

MINUTE_MS = 60_000
NOW_MS = MORNING_MS + 40 * MINUTE_MS
VISITOR_CARD = 99


@dataclass
class SchoolMorning:
    """People, cards and crossings in a furnished database. `numbers`: people by name."""

    database: Database
    numbers: dict[str, int] = field(default_factory=dict)
    cards: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        folk = DistrictPeople(self.database, self.numbers).lay_out()
        for name, group in (
            *(("Nguyễn Văn An", "6A"), ("Lê Thị Bình", "6A"), ("Trần Đức Cường", "6A")),
            *(("Bùi Văn Dũng", "6A"), ("Phạm Đông", "6A"), ("Đỗ Thị Hằng", "10A")),
        ):
            folk.join(name, HAMLET, group)
        folk.join("Cô Mai", HAMLET, None, kind=CardKind.STAFF)
        folk.join("Y Bảo", HAMLET, "3B", school=OTHER_SCHOOL)
        for name in self.numbers:
            self.give_card(name, OTHER_SCHOOL if name == "Y Bảo" else SCHOOL)
        scribe = Scribe()
        for name, minute in (
            *(("Đỗ Thị Hằng", -15), ("Nguyễn Văn An", -10), ("Bùi Văn Dũng", -5)),
            *(("Lê Thị Bình", 0.5), ("Trần Đức Cường", 12), ("Y Bảo", 13)),
        ):
            scribe.enter(self.cards[name], at=MORNING_MS + int(minute * MINUTE_MS))
        scribe.leave(self.cards["Bùi Văn Dũng"], at=MORNING_MS + 20 * MINUTE_MS)
        scribe.write(
            *(Verdict.ADMITTED_IN, self.cards["Cô Mai"]),
            at=MORNING_MS + 30 * MINUTE_MS,
            kind=CardKind.STAFF,
        )
        scribe.write(
            *(Verdict.ADMITTED_IN, VISITOR_CARD),
            at=MORNING_MS + 31 * MINUTE_MS,
            kind=CardKind.VISITOR,
        )
        Inbox(self.database, ZONE).store([scribe.letter()], NOW_MS)

    def give_card(self, name: str, unit_id: str) -> None:
        number = len(self.cards) + 1
        self.cards[name] = number
        card = IssuedCard(
            f"{number:016x}",
            1,
            CardKind.PUPIL,
            unit_id,
            START,
            START + timedelta(days=300),
            f"text {number}",
        )
        with self.database.write() as connection:
            add_cards(connection, [card], MORNING_MS)
            set_holder(connection, card.card_id, self.numbers[name])
