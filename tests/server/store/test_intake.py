"""Batches into rows, counts and receipts, on SQLite and on PostgreSQL."""

import random
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from gate_contract.card import Kind
from gate_contract.crossing import Clock
from gate_contract.health import Health, ScanHealth, encode_health
from gate_contract.topics import Channel, gate
from gate_contract.verdicts import Verdict
from server_bridge.ingest.inbox import Inbox, Taken
from server_bridge.store.audit import count_faults, prove_ledgers
from server_bridge.store.database import Database, StoreError
from server_bridge.store.intake import Intake, latest_receipts
from server_bridge.store.letters import KEPT_PER_TOPIC, letter_counts
from server_bridge.store.live import Snapshot, UnitState, snapshot
from server_bridge.store.schema import counts, crossings, dead_letters, ledgers
from tests.fakes.clock import MORNING_MS, OTHER_BOOT
from tests.fakes.school import (
    COMMUNE,
    GATE,
    OTHER_GATE,
    OTHER_SCHOOL,
    PROVINCE,
    SCHOOL,
    SECOND_GATE,
    ZONE,
    Scribe,
)

NOW_MS = MORNING_MS + 3_600_000
MINUTE_MS = 60_000


def take(database: Database, letters: Iterable[tuple[str, bytes]], now_ms: int = NOW_MS) -> Taken:
    return Inbox(database, ZONE).take(list(letters), now_ms)


def look(database: Database, now_ms: int = NOW_MS) -> Snapshot:
    with database.read() as connection:
        return snapshot(connection, now_ms, ZONE)


def unit(shown: Snapshot, unit_id: str) -> UnitState:
    return next(state for state in shown.units if state.unit_id == unit_id)


def figures(database: Database, unit_id: str, now_ms: int = NOW_MS) -> tuple[int, int, int, int]:
    """Inside, in, out, people."""
    state = unit(look(database, now_ms), unit_id)
    return (state.inside, state.entered, state.left, state.people)


def assert_sound(database: Database) -> None:
    with database.read() as connection:
        assert [proof.fault for proof in prove_ledgers(connection) if proof.fault] == []
        assert count_faults(connection) == []


def test_a_batch_is_counted_at_its_school_and_above(database: Database) -> None:
    taken = take(database, [Scribe().enter(1, 2, 3).leave(2, at=MORNING_MS + 1).letter()])
    assert (taken.new, taken.receipts[GATE].stored_through) == (4, 4)
    for unit_id in (SCHOOL, COMMUNE, PROVINCE):
        assert figures(database, unit_id) == (2, 3, 1, 3)
    assert figures(database, OTHER_SCHOOL) == (0, 0, 0, 0)
    assert_sound(database)


def test_kinds_and_refusals_are_counted_apart(database: Database) -> None:
    scribe = Scribe().enter(1)
    scribe.write(Verdict.ADMITTED_IN, 2, kind=Kind.STAFF)
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
    # In by one gate at 7:00, out by the other at 7:10; the news of the entry comes last.
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
        scribe.write(Verdict.ADMITTED_IN, card, at=at, up_ms=up_ms, clock=Clock.UNTRUSTED)

    def test_a_late_synchronisation_moves_records_to_their_day(self, database: Database) -> None:
        two_days = 2 * 86_400_000
        scribe = Scribe()
        self.untrusted(scribe, 1, 1_000)
        scribe.write(Verdict.UNREADABLE, at=None, up_ms=1_500, clock=Clock.UNTRUSTED)
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
        assert (row.at, row.clock) == (None, Clock.UNTRUSTED)  # as the gate wrote it
        assert (row.filed_ms, row.filed_clock) == (MORNING_MS - 1_000, Clock.CORRECTED)

    def test_another_boot_is_not_corrected(self, database: Database) -> None:
        scribe = Scribe()
        self.untrusted(scribe, 1, 1_000)
        scribe.boot_id = OTHER_BOOT
        scribe.write(Verdict.CLOCK_SET, at=MORNING_MS, up_ms=2_000)
        take(database, [scribe.letter()])
        with database.read() as connection:
            row = connection.execute(crossings.select().order_by(crossings.c.seq)).first()
        assert row is not None
        assert row.filed_clock == Clock.UNTRUSTED

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


class TestFaults:
    def letters(self, database: Database) -> dict[str, int]:
        found: Counter[str] = Counter()
        with database.read() as connection:
            for (_, reason), number in letter_counts(connection).items():
                found[reason] += number
        return dict(found)

    def test_what_cannot_be_taken_is_set_aside_with_its_reason(self, database: Database) -> None:
        topic, payload = Scribe().enter(1).letter()
        bad = [
            (topic, b"\x00\xff not json"),
            (topic, b"[" * 100_000),
            (topic, b"x" * 200_000),
            (gate(SECOND_GATE, Channel.CROSSINGS), payload),
            (topic, payload.replace(b'"pupil"', b'"staff"')),
            (gate(GATE, Channel.HEALTH), b"{}"),
            Scribe("gate-unknown").enter(1).letter(),
            (gate("gate-unknown", Channel.HEALTH), encode_health(Health(state="online"))),
        ]
        taken = take(database, [*bad, (topic, payload)])
        assert (taken.new, taken.set_aside) == (1, len(bad))
        assert self.letters(database) == {
            "malformed": 3,
            "oversized": 1,
            "wrong_gate": 1,
            "chain_mismatch": 1,
            "unknown_gate": 2,
        }
        assert_sound(database)

    def test_a_conflicting_history_is_set_aside(self, database: Database) -> None:
        take(database, [Scribe().enter(1, 2).letter()])
        taken = take(database, [Scribe().enter(3, 4).letter()])
        assert (taken.new, taken.set_aside) == (0, 1)
        assert self.letters(database) == {"conflict": 1}
        assert_sound(database)

    def test_letters_are_counted_for_ever_and_kept_in_bounds(self, database: Database) -> None:
        topic = gate(GATE, Channel.CROSSINGS)
        for _ in range(3):
            take(database, [(topic, b"%d" % number) for number in range(60)])
        assert self.letters(database) == {"malformed": 180}
        with database.read() as connection:
            kept = connection.execute(sa.select(sa.func.count()).select_from(dead_letters))
            assert kept.scalar() == KEPT_PER_TOPIC

    def test_a_fault_of_ours_sets_one_message_aside_and_takes_the_others(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shipped = Intake.take

        def faulty(self: Intake, batch: Any, heard_ms: int) -> Any:
            if batch.gate_id == SECOND_GATE:
                raise ZeroDivisionError("planted")
            return shipped(self, batch, heard_ms)

        monkeypatch.setattr(Intake, "take", faulty)
        poison, good = Scribe(SECOND_GATE).enter(1), Scribe(GATE).enter(2)
        taken = take(
            database, [good.letter(), poison.letter(), Scribe(OTHER_GATE).enter(3).letter()]
        )
        assert (taken.new, taken.set_aside) == (2, 1)
        assert self.letters(database) == {"internal_error": 1}

    def test_an_altered_row_is_found(self, database: Database) -> None:
        take(database, [Scribe().enter(1, 2, 3).letter()])
        with database.write() as connection:
            connection.execute(
                crossings.update().where(crossings.c.seq == 2).values(card_id="f" * 16)
            )
        with database.read() as connection:
            assert [bool(proof.fault) for proof in prove_ledgers(connection)] == [True]
            assert count_faults(connection) == [f"{SCHOOL} 2026-09-07"]

    def test_an_altered_count_is_found(self, database: Database) -> None:
        take(database, [Scribe().enter(1, 2, 3).letter()])
        with database.write() as connection:
            connection.execute(
                counts.update().where(counts.c.unit_id == PROVINCE).values(entered=4)
            )
        with database.read() as connection:
            assert count_faults(connection) == [f"{PROVINCE} 2026-09-07"]

    def test_nothing_is_half_written(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> None:
            raise StoreError("disk full")

        monkeypatch.setattr("server_bridge.store.intake.count_refusals", full)
        with pytest.raises(StoreError):
            take(database, [Scribe().enter(1, 2).letter()])
        monkeypatch.undo()
        with database.read() as connection:
            assert connection.execute(ledgers.select()).all() == []
            assert connection.execute(crossings.select()).all() == []
        assert take(database, [Scribe().enter(1, 2).letter()]).new == 2
        assert_sound(database)


class TestHealth:
    def tell(self, database: Database, health: Health, now_ms: int = NOW_MS) -> None:
        take(database, [(gate(GATE, Channel.HEALTH), encode_health(health))], now_ms)

    def test_a_gate_is_unheard_of_then_online_then_offline(self, database: Database) -> None:
        assert unit(look(database), SCHOOL).gates[0].online is None
        scan = ScanHealth(camera="failed", storage="ok", signals="ok", clock_trusted=True)
        self.tell(database, Health(state="online", backlog=7, scan=scan))
        state = unit(look(database), SCHOOL).gates[0]
        assert (state.online, state.backlog, state.faults) == (True, 7, ("camera",))
        self.tell(database, Health(state="offline"), NOW_MS + 5_000)
        state = unit(look(database), SCHOOL).gates[0]
        assert (state.online, state.state_since_ms, state.backlog) == (False, NOW_MS + 5_000, 7)

    def test_a_gate_that_falls_silent_without_a_will_is_offline(self, database: Database) -> None:
        self.tell(database, Health(state="online", scan=ScanHealth(clock_trusted=True)))
        assert unit(look(database, NOW_MS + 60_000), SCHOOL).gates[0].online
        assert not unit(look(database, NOW_MS + 300_000), SCHOOL).gates[0].online

    def test_a_gate_scan_that_hangs_shows(self, database: Database) -> None:
        self.tell(database, Health(state="online"))
        assert unit(look(database), SCHOOL).gates[0].faults == ("scan_silent",)


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
            clock = Clock.TRUSTED if trusted else Clock.UNTRUSTED
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
