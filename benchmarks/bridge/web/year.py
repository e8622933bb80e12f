"""Fill a database with a year of a synthetic district: people, cards, and what gates sent.

Every crossing goes through `Intake`, as those of real gates do, so that each row, count and chain
is what the bridge would have written; only the wire is left out, and a batch is larger.
"""

import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from benchmarks.bridge.roster import DAY as ROSTER_DAY
from benchmarks.bridge.roster import ProvinceSize as RosterSize
from benchmarks.bridge.roster import take_lists, take_school
from benchmarks.bridge.web.gate import MINUTE_MS, BenchGate, bench_gates
from demo.synthetic.province import make_province
from gate_contract.health import Health, ScanHealth
from server_bridge.ingest.intake import Intake
from server_bridge.store.database import Database
from server_bridge.store.gates.health import take_health
from server_bridge.store.people.cards import IssuedCard, add_cards
from server_bridge.store.people.people import hand_over, members
from server_bridge.store.units.tree import add_gate

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST_DAY = date(2026, 9, 7)
NOW_MIN = 9 * 60
"""The pages are requested at 9:00 of the last day, when everybody who came is still inside."""

Watch = Callable[[Sequence[date]], Iterable[date]]


@dataclass(frozen=True, slots=True)
class YearSize:
    """`people` of each school, a fifteenth of them staff; `largest` of the first school."""

    schools: int = 60
    people: int = 600
    largest: int = 2_000
    days: int = 200
    seed: int = 1

    @property
    def school_days(self) -> list[date]:
        """Return the school days, Mondays to Fridays."""
        days: list[date] = []
        day = FIRST_DAY
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


def midnight_ms(day: date) -> int:
    """Return the time (UTC, ms) when a local day begins."""
    return int(datetime.combine(day, time(), ZONE).timestamp() * 1000)


def now_ms(size: YearSize) -> int:
    """Return the time (UTC, ms) at which the pages are requested."""
    return midnight_ms(size.school_days[-1]) + NOW_MIN * MINUTE_MS


def make_pair(folder: Path, size: YearSize, watch: Watch = iter) -> Pair:
    """Make the two databases in `folder` unless they exist; migrate those that exist."""
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


def _make(scratch: Path, pair: Pair, size: YearSize, watch: Watch) -> None:
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


def _people(database: Database, scratch: Path, size: YearSize) -> None:
    province = make_province(size.seed, schools=size.schools)
    added_ms = midnight_ms(ROSTER_DAY)
    database.migrate()
    take_lists(database, province, scratch)
    for school in province.schools:
        people = size.largest if school.number == 0 else size.people
        staff = people // 15
        take_school(database, province, school, RosterSize(1, people - staff, staff, 1), scratch)
    with database.write() as connection:
        for school in province.schools:
            _cards(connection, school.unit_id, Random(f"{size.seed}/{school.unit_id}"), added_ms)
            add_gate(connection, f"gate-{school.unit_id}", school.unit_id, added_ms)


def _cards(connection: sa.Connection, unit_id: str, chance: Random, now_ms: int) -> None:
    until = FIRST_DAY + timedelta(days=500)
    held = {
        f"{chance.getrandbits(64):016x}": member
        for member in members(connection, [unit_id], FIRST_DAY)
    }
    issued = [
        IssuedCard(card_id, 1, member.who.kind, unit_id, ROSTER_DAY, until, f"SG1:{card_id:0>117}")
        for card_id, member in held.items()
    ]
    add_cards(connection, issued, now_ms)
    for card_id, member in held.items():
        hand_over(connection, card_id, member.person)


def _cross(database: Database, size: YearSize, before: Iterable[date], last: date) -> None:
    with database.read() as connection:
        gates = bench_gates(connection, size.seed)
    for day in before:
        _pass(database, gates, day, 24 * 60)
    # the last day is written anew, so that it is the same in both databases
    for gate in gates:
        gate.chance = Random(f"{size.seed}/{gate.gate_id}/last")
    _pass(database, gates, last, NOW_MIN)
    with database.write() as connection:
        for gate in gates:
            take_health(connection, gate.gate_id, _health(gate), now_ms(size))


def _pass(database: Database, gates: Sequence[BenchGate], day: date, until_min: int) -> None:
    midnight = midnight_ms(day)
    with database.write() as connection:
        intake = Intake(connection, ZONE)
        for gate in gates:
            for batch in gate.day(midnight, until_min=until_min):
                intake.take(batch, midnight + until_min * MINUTE_MS)


def _health(gate: BenchGate) -> Health:
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
