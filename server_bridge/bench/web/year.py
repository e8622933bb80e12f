"""A year of a district that does not exist, in a database: people, cards, and what gates sent.

Every crossing is given to `Intake`, as those of real gates are, so that each row, count and chain
is what the bridge would have written; only the wire is left out, and a batch is a school's day.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gate_contract.card import Kind
from gate_contract.crossing import (
    Batch,
    Clock,
    Direction,
    Record,
    chain_next,
    chain_start,
)
from gate_contract.health import Health, ScanHealth
from gate_contract.verdicts import Verdict
from server_bridge.bench.roster import DAY as ROSTER_DAY
from server_bridge.bench.roster import Size as RosterSize
from server_bridge.bench.roster import take_lists, take_school
from server_bridge.ingest.intake import Intake
from server_bridge.store.cards import IssuedCard, add_cards
from server_bridge.store.database import Database
from server_bridge.store.health import take_health
from server_bridge.store.people import hand_over, members
from server_bridge.store.units import SCHOOL, add_gate, all_units
from server_bridge.synthetic.province import make_province

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST_DAY = date(2026, 9, 7)
MINUTE_MS = 60_000
NOW_MIN = 9 * 60
"""The pages are looked at 9:00 of the last day: whoever came is inside, nobody has gone home."""
BATCHES = 1_200
"""Crossings in one batch: more than the wire takes, for speed."""
ADDED_MS = int(datetime.combine(ROSTER_DAY, time(), ZONE).timestamp() * 1000)

Watch = Callable[[Sequence[date]], Iterable[date]]


@dataclass(frozen=True, slots=True)
class Size:
    """`people` of each school, a fifteenth of them staff; `largest` of the first school."""

    schools: int = 60
    people: int = 600
    largest: int = 2_000
    days: int = 200
    seed: int = 1

    @property
    def school_days(self) -> list[date]:
        """So many days, Mondays to Fridays."""
        days, day = [], FIRST_DAY
        while len(days) < self.days:
            if day.weekday() < 5:
                days.append(day)
            day += timedelta(days=1)
        return days


@dataclass(frozen=True, slots=True)
class Pair:
    """Two databases of the same people: one with the last day only, one with all days."""

    day: Path
    year: Path


@dataclass
class _Gate:
    """A school's only gate, as it writes its ledger."""

    unit_id: str
    cards: list[tuple[str, Kind]]
    chance: Random
    seq: int = 0
    chain: bytes = b""
    gate_id: str = field(init=False)
    ledger_id: str = field(init=False)

    def __post_init__(self) -> None:
        self.gate_id = f"gate-{self.unit_id}"
        self.ledger_id = f"{self.chance.getrandbits(128):032x}"
        self.chain = chain_start(self.gate_id, self.ledger_id)

    def day(self, midnight_ms: int, *, until_min: int) -> Iterator[Batch]:
        """What everybody of the school does at the gate on a day, until so many minutes of it."""
        passed = []
        for card_id, kind in self.cards:
            if self.chance.random() < 0.03:
                continue  # ill
            came = self.chance.gauss(6 * 60 + 45, 9)
            left = self.chance.gauss(16 * 60 + 40, 6)
            for minute, verdict in ((came, Verdict.ADMITTED_IN), (left, Verdict.ADMITTED_OUT)):
                if minute < until_min:
                    passed.append((midnight_ms + int(minute * MINUTE_MS), card_id, kind, verdict))
        passed.sort()
        for first in range(0, len(passed), BATCHES):
            yield self._batch(passed[first : first + BATCHES])

    def _batch(self, passed: Sequence[tuple[int, str, Kind, Verdict]]) -> Batch:
        previous, records = self.chain, []
        for at_ms, card_id, kind, verdict in passed:
            self.seq += 1
            record = Record(
                seq=self.seq,
                boot_id=self.ledger_id,
                up_ms=at_ms - ADDED_MS,
                at=at_ms,
                clock=Clock.TRUSTED,
                verdict=verdict,
                card_id=card_id,
                kind=kind,
                direction=Direction.IN if verdict is Verdict.ADMITTED_IN else Direction.OUT,
            )
            self.chain = chain_next(self.chain, record)
            records.append(record)
        return Batch(
            gate_id=self.gate_id,
            ledger_id=self.ledger_id,
            oldest=1,
            previous=previous.hex(),
            head=self.chain.hex(),
            records=records,
        )


def now_ms(size: Size) -> int:
    """The moment at which the pages are looked at, UTC."""
    return midnight_ms(size.school_days[-1]) + NOW_MIN * MINUTE_MS


def midnight_ms(day: date) -> int:
    """When a local day begins, UTC."""
    return int(datetime.combine(day, time(), ZONE).timestamp() * 1000)


def make_pair(folder: Path, size: Size, watch: Watch = iter) -> Pair:
    """The two databases in `folder`, made unless they are there; brought up to date if they are.

    The year's takes about 400 bytes a crossing: 6 GB for fourteen millions.
    """
    name = f"{size.schools}x{size.people}-{size.largest}-{size.days}-{size.seed}"
    pair = Pair(folder / f"day-{name}.db", folder / f"year-{name}.db")
    if not (pair.day.exists() and pair.year.exists()):
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder) as scratch:
            _make(Path(scratch), pair, size, watch)
    for path in (pair.day, pair.year):
        with closing(Database(f"sqlite:///{path}")) as database:
            database.migrate()
    return pair


def _make(scratch: Path, pair: Pair, size: Size, watch: Watch) -> None:
    day, year = scratch / "day.db", scratch / "year.db"
    with closing(Database(f"sqlite:///{day}")) as database:
        _people(database, scratch, size)
    shutil.copyfile(day, year)
    *before, last = size.school_days
    for path, days in ((day, []), (year, before)):
        with closing(Database(f"sqlite:///{path}")) as database:
            _cross(database, size, watch(days), last)
    day.rename(pair.day)
    year.rename(pair.year)


def _people(database: Database, scratch: Path, size: Size) -> None:
    province = make_province(size.seed, schools=size.schools)
    database.migrate()
    take_lists(database, province, scratch)
    for school in province.schools:
        people = size.largest if school.number == 0 else size.people
        staff = people // 15
        take_school(database, province, school, RosterSize(1, people - staff, staff, 1), scratch)
    with database.write() as connection:
        for school in province.schools:
            _cards(connection, school.unit_id, Random(f"{size.seed}/{school.unit_id}"))  # noqa: S311 (nothing secret)
            add_gate(connection, f"gate-{school.unit_id}", school.unit_id, ADDED_MS)


def _cards(connection: sa.Connection, unit_id: str, chance: Random) -> None:
    until = FIRST_DAY + timedelta(days=500)
    there = sorted(members(connection, [unit_id], FIRST_DAY), key=lambda member: member.person)
    for member in there:
        card_id, kind = f"{chance.getrandbits(64):016x}", member.who.kind
        card = IssuedCard(card_id, 1, kind, unit_id, ROSTER_DAY, until, f"SG1:{card_id:0>117}")
        add_cards(connection, [card], ADDED_MS)
        hand_over(connection, card_id, member.person)


def _cross(database: Database, size: Size, before: Iterable[date], last: date) -> None:
    with database.read() as connection:
        gates = list(_gates(connection, size))
    for day in before:
        _whole_day(database, gates, day, 24 * 60)
    # The last day begins anew, so that it is the same in both databases.
    for gate in gates:
        gate.chance = Random(f"{size.seed}/{gate.unit_id}/last")  # noqa: S311 (nothing secret)
    _whole_day(database, gates, last, NOW_MIN)
    with database.write() as connection:
        for gate in gates:
            take_health(connection, gate.gate_id, _health(gate), now_ms(size))


def _gates(connection: sa.Connection, size: Size) -> Iterator[_Gate]:
    for unit in all_units(connection):
        if unit.level == SCHOOL:
            chance = Random(f"{size.seed}/{unit.unit_id}")  # noqa: S311 (nothing secret)
            there = members(connection, [unit.unit_id], FIRST_DAY)
            kinds = [m.who.kind for m in sorted(there, key=lambda member: member.person)]
            cards = [(f"{chance.getrandbits(64):016x}", kind) for kind in kinds]
            yield _Gate(unit.unit_id, cards, chance)


def _whole_day(database: Database, gates: Sequence[_Gate], day: date, until_min: int) -> None:
    midnight = midnight_ms(day)
    heard_ms = midnight + until_min * MINUTE_MS
    with database.write() as connection:
        intake = Intake(connection, ZONE)
        for gate in gates:
            for batch in gate.day(midnight, until_min=until_min):
                intake.take(batch, heard_ms)


def _health(gate: _Gate) -> Health:
    scan = ScanHealth(camera="ok", storage="ok", signals="ok", clock_trusted=True)
    return Health(
        state="online",
        version="1.0.0",
        ledger_id=gate.ledger_id,
        stored=gate.seq,
        free_bytes=20_000_000_000,
        temperature_c=51.0,
        scan=scan,
    )
