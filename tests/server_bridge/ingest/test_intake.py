"""Test storing and counting batches, and their receipts, on SQLite and PostgreSQL."""

import random
from datetime import date

import pytest
import sqlalchemy as sa

from gate_contract.card import CardKind
from gate_contract.crossing import ClockTrust
from gate_contract.verdicts import Verdict
from server_bridge.ingest.intake import latest_receipts
from server_bridge.store.crossings.audit import prove_ledgers
from server_bridge.store.database import Database
from server_bridge.store.schema.base import crossings
from tests.builders.intake import MINUTE_MS, NOW_MS, assert_sound, figures, look, take, unit
from tests.builders.school import (
    COMMUNE,
    GATE,
    OTHER_GATE,
    OTHER_SCHOOL,
    PROVINCE,
    SCHOOL,
    SECOND_GATE,
    Scribe,
)
from tests.fakes.clock import MORNING_MS, OTHER_BOOT


def test_a_batch_is_counted_at_its_school_and_above(database: Database) -> None:
    taken = take(database, [Scribe().enter(1, 2, 3).leave(2, at=MORNING_MS + 1).letter()])
    assert (taken.new, taken.receipts[GATE].stored_through) == (4, 4)
    for unit_id in (SCHOOL, COMMUNE, PROVINCE):
        assert figures(database, unit_id) == (2, 3, 1, 3)
    assert figures(database, OTHER_SCHOOL) == (0, 0, 0, 0)
    assert_sound(database)


def test_kinds_and_refusals_are_counted_apart(database: Database) -> None:
    scribe = Scribe().enter(1)
    scribe.write(Verdict.ADMITTED_IN, 2, kind=CardKind.STAFF)
    scribe.write(Verdict.EXPIRED, 3).write(Verdict.UNREADABLE, count=40)
    take(database, [scribe.letter()])
    state = unit(look(database), COMMUNE)
    assert state.by_kind == {"pupil": (1, 1, 0), "staff": (1, 1, 0)}
    assert state.refused == 41
    assert_sound(database)


def test_what_comes_twice_is_counted_once(database: Database) -> None:
    scribe = Scribe().enter(1, 2, 3, 4, 5)
    spans = [(1, 2), (1, 2), (2, 4), (1, 5), (3, 3), (5, 5)]
    taken = [take(database, [letter]) for letter in scribe.letters(*spans)]
    assert [one.new for one in taken] == [2, 0, 2, 1, 0, 0]
    assert figures(database, SCHOOL) == (5, 5, 0, 5)
    assert_sound(database)


def test_many_messages_are_one_transaction(database: Database) -> None:
    scribe = Scribe().enter(*range(1, 41))
    taken = take(database, scribe.letters(*[(n, n) for n in range(1, 41)]))
    assert (taken.new, taken.receipts[GATE].stored_through) == (40, 40)
    assert look(database).revision >= 1
    assert_sound(database)


def test_a_gap_is_not_stored_and_the_receipt_says_where_to_go_on(database: Database) -> None:
    scribe = Scribe().enter(1, 2, 3, 4)
    take(database, [scribe.letter(1, 1)])
    taken = take(database, [scribe.letter(3, 4)])
    assert (taken.new, taken.receipts[GATE].stored_through) == (0, 1)
    assert taken.receipts[GATE].chain == scribe.chains[1].hex()


def test_a_gap_that_nobody_can_fill_is_accepted_and_shown(database: Database) -> None:
    scribe = Scribe().enter(*range(1, 11))
    take(database, [scribe.letter(1, 2)])
    scribe.pruned = 6
    taken = take(database, [scribe.letter(7, 10)])
    assert (taken.new, taken.receipts[GATE].stored_through) == (4, 10)
    assert "ledger_gap" in unit(look(database), SCHOOL).gates[0].faults
    assert_sound(database)
    with database.read() as connection:
        assert prove_ledgers(connection)[0].missing == 4


def test_gates_of_one_school_deliver_in_any_order(database: Database) -> None:
    # In by one gate at 7:00, out by the other at 7:10; the entry is delivered last.
    leaving = Scribe(SECOND_GATE).leave(1, at=MORNING_MS + 10 * MINUTE_MS)
    take(database, [leaving.letter()])
    take(database, [Scribe(GATE).enter(1, at=MORNING_MS).letter()])
    assert figures(database, SCHOOL) == (0, 1, 1, 1)
    assert_sound(database)


def test_somebody_at_two_schools_is_counted_at_each(database: Database) -> None:
    take(database, [Scribe(GATE).enter(1).letter(), Scribe(OTHER_GATE).enter(1).letter()])
    assert figures(database, COMMUNE) == (2, 2, 0, 2)
    assert_sound(database)


def test_a_new_day_begins_empty(database: Database) -> None:
    take(database, [Scribe().enter(1, 2).letter()])
    assert figures(database, SCHOOL, NOW_MS + 24 * 60 * MINUTE_MS) == (0, 0, 0, 0)


def test_two_ledgers_of_a_gate_are_kept_apart(database: Database) -> None:
    old, new = Scribe().enter(1, 2), Scribe(ledger_id="b" * 32).enter(3)
    take(database, [old.letter(1, 1)], NOW_MS)
    take(database, [new.letter()], NOW_MS + MINUTE_MS)
    assert "two_ledgers" not in unit(look(database), SCHOOL).gates[0].faults  # a new card
    taken = take(database, [old.letter(2, 2)], NOW_MS + 2 * MINUTE_MS)
    assert taken.receipts[GATE].ledger_id == old.ledger_id
    assert "two_ledgers" in unit(look(database), SCHOOL).gates[0].faults  # two devices
    assert figures(database, SCHOOL) == (3, 3, 0, 3)
    assert_sound(database)


def test_where_all_stand_is_told_of_each_gates_latest_ledger(database: Database) -> None:
    old, new = Scribe().enter(1), Scribe(ledger_id="b" * 32).enter(3, 4)
    take(database, [old.letter()], NOW_MS)
    take(database, [new.letter()], NOW_MS + 1)
    with database.read() as connection:
        receipts = latest_receipts(connection)
    assert (receipts[GATE].ledger_id, receipts[GATE].stored_through) == (new.ledger_id, 2)


class TestTime:
    def untrusted(self, scribe: Scribe, card: int, up_ms: int, at: int | None = None) -> None:
        scribe.write(Verdict.ADMITTED_IN, card, at=at, up_ms=up_ms, clock=ClockTrust.UNTRUSTED)

    def test_a_late_synchronisation_moves_records_to_their_day(self, database: Database) -> None:
        two_days = 2 * 86_400_000
        scribe = Scribe()
        self.untrusted(scribe, 1, 1_000)
        scribe.write(Verdict.UNREADABLE, at=None, up_ms=1_500, clock=ClockTrust.UNTRUSTED)
        take(database, [scribe.letter()], MORNING_MS + two_days)
        assert figures(database, SCHOOL, MORNING_MS + two_days) == (1, 1, 0, 1)
        scribe.write(Verdict.CLOCK_SET, at=MORNING_MS + 9_000, up_ms=10_000)
        take(database, [scribe.letter(3)], MORNING_MS + two_days + 1)
        assert figures(database, SCHOOL, MORNING_MS + two_days) == (0, 0, 0, 0)
        for unit_id in (SCHOOL, PROVINCE):
            assert figures(database, unit_id) == (1, 1, 0, 1)
            assert unit(look(database), unit_id).refused == 1
        assert_sound(database)

    def test_records_before_the_setting_in_one_batch_are_corrected(
        self, database: Database
    ) -> None:
        scribe = Scribe()
        self.untrusted(scribe, 1, 1_000)
        scribe.write(Verdict.CLOCK_SET, at=MORNING_MS, up_ms=2_000)
        take(database, [scribe.letter()])
        with database.read() as connection:
            row = connection.execute(crossings.select().order_by(crossings.c.seq)).first()
        assert row is not None
        assert (row.at, row.clock) == (None, ClockTrust.UNTRUSTED)  # as the gate wrote it
        assert (row.filed_ms, row.filed_clock) == (MORNING_MS - 1_000, ClockTrust.CORRECTED)

    def test_another_boot_is_not_corrected(self, database: Database) -> None:
        scribe = Scribe()
        self.untrusted(scribe, 1, 1_000)
        scribe.boot_id = OTHER_BOOT
        scribe.write(Verdict.CLOCK_SET, at=MORNING_MS, up_ms=2_000)
        take(database, [scribe.letter()])
        with database.read() as connection:
            row = connection.execute(crossings.select().order_by(crossings.c.seq)).first()
        assert row is not None
        assert row.filed_clock == ClockTrust.UNTRUSTED

    @pytest.mark.parametrize("split", [False, True])
    def test_a_boot_that_never_learnt_the_time_is_filed_between_its_neighbours(
        self, database: Database, split: bool
    ) -> None:
        day = 86_400_000
        scribe = Scribe().enter(1)
        scribe.boot_id = OTHER_BOOT
        self.untrusted(scribe, 2, 1_000, at=MORNING_MS + 3_650 * day)
        self.untrusted(scribe, 3, 2_000, at=MORNING_MS - 14 * day)
        scribe.boot_id = "d" * 32
        self.untrusted(scribe, 1, 1_000)
        scribe.write(Verdict.CLOCK_SET, at=MORNING_MS + day + 2_000, up_ms=2_000)
        scribe.leave(2, at=MORNING_MS + day + 3_000)
        letters = scribe.letters((1, 2), (3, 4), (5, 6)) if split else [scribe.letter()]
        for number, letter in enumerate(letters):
            take(database, [letter], MORNING_MS + (7 + number) * day)  # a week later
        with database.read() as connection:
            rows = connection.execute(crossings.select().order_by(crossings.c.seq)).all()
        times = [row.filed_ms - MORNING_MS for row in rows]
        assert times == [0, day + 1_000, day + 1_000, day + 1_000, day + 2_000, day + 3_000]
        assert [row.filed_clock for row in rows[1:4]] == ["untrusted", "untrusted", "corrected"]
        assert_sound(database)

    def test_no_report_shows_1970_or_next_year(self, database: Database) -> None:
        scribe = Scribe()
        self.untrusted(scribe, 1, 1_000, at=None)
        self.untrusted(scribe, 2, 1_000, at=1_577_836_800_000)
        self.untrusted(scribe, 3, 1_000, at=MORNING_MS + 10 * 365 * 86_400_000)
        scribe.enter(4, at=MORNING_MS + 10 * 365 * 86_400_000)
        take(database, [scribe.letter()])
        with database.read() as connection:
            days = set(connection.execute(sa.select(crossings.c.day)).scalars())
        assert days == {date(2026, 9, 7)}


@pytest.mark.parametrize("seed", range(6))
def test_a_day_of_everything_equals_a_recount(database: Database, seed: int) -> None:
    """Many gates, overlapping and repeated batches, late clocks: counts equal a recount."""
    chance = random.Random(seed)
    scribes = [Scribe(GATE), Scribe(SECOND_GATE), Scribe(OTHER_GATE)]
    letters = []
    for scribe in scribes:
        trusted = chance.random() < 0.5
        for number in range(120):
            at = MORNING_MS + number * MINUTE_MS // 4
            verdict = chance.choice(
                [Verdict.ADMITTED_IN, Verdict.ADMITTED_OUT, Verdict.EXPIRED, Verdict.REPEAT]
            )
            clock = ClockTrust.TRUSTED if trusted else ClockTrust.UNTRUSTED
            told = at if trusted or chance.random() < 0.5 else None
            scribe.write(verdict, chance.randrange(30), at=told, up_ms=at - MORNING_MS, clock=clock)
            if not trusted and chance.random() < 0.02:
                scribe.write(Verdict.CLOCK_SET, at=at, up_ms=at - MORNING_MS)
                trusted = True
        first = 1
        while first <= len(scribe.records):
            last = min(len(scribe.records), first + chance.randrange(1, 20))
            letters += [scribe.letter(first, last)] * chance.choice([1, 1, 1, 2])
            first = (
                max(1, last + 1 - chance.randrange(4)) if last < len(scribe.records) else last + 1
            )
    by_gate = {
        scribe.gate_id: [one for one in letters if scribe.gate_id in one[0]] for scribe in scribes
    }
    while any(by_gate.values()):
        gate_id = chance.choice([key for key, rest in by_gate.items() if rest])
        some = chance.randrange(1, 9)
        take(database, by_gate[gate_id][:some])
        del by_gate[gate_id][:some]
    assert_sound(database)
    with database.read() as connection:
        stored = connection.execute(sa.select(sa.func.count()).select_from(crossings)).scalar()
    assert stored == sum(len(scribe.records) for scribe in scribes)
