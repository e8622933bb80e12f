"""Test messages that cannot be stored, altered rows, and health reports."""

from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa

from gate_contract.crossing import MAX_PAYLOAD_BYTES
from gate_contract.health import Health, ScanHealth, encode_health
from gate_contract.topics import GateChannel, gate
from server_bridge.ingest.intake import Intake
from server_bridge.store.crossings.audit import count_faults, prove_ledgers
from server_bridge.store.crossings.dead_letters import KEPT_PER_TOPIC, count_dead_letters
from server_bridge.store.database import Database, StoreError
from server_bridge.store.schema.base import counts, crossings, dead_letters, ledgers
from tests.builders.intake import NOW_MS, assert_sound, look, take, unit
from tests.builders.school import GATE, OTHER_GATE, PROVINCE, SCHOOL, SECOND_GATE, Scribe


class TestFaults:
    def dead_letters(self, database: Database) -> dict[str, int]:
        found: Counter[str] = Counter()
        with database.read() as connection:
            for (_, reason), number in count_dead_letters(connection).items():
                found[reason] += number
        return dict(found)

    def test_what_cannot_be_taken_is_set_aside_with_its_reason(self, database: Database) -> None:
        topic, payload = Scribe().enter(1).letter()
        bad = [
            (topic, b"\x00\xff not json"),
            (topic, b"[" * 100_000),
            (topic, b"x" * (MAX_PAYLOAD_BYTES + 1)),
            (gate(SECOND_GATE, GateChannel.CROSSINGS), payload),
            (topic, payload.replace(b'"pupil"', b'"staff"')),
            (gate(GATE, GateChannel.HEALTH), b"{}"),
            Scribe("gate-unknown").enter(1).letter(),
            (gate("gate-unknown", GateChannel.HEALTH), encode_health(Health(state="online"))),
        ]
        taken = take(database, [*bad, (topic, payload)])
        assert (taken.new, taken.set_aside) == (1, len(bad))
        assert self.dead_letters(database) == {
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
        assert self.dead_letters(database) == {"conflict": 1}
        assert_sound(database)

    def test_letters_are_counted_for_ever_and_kept_in_bounds(self, database: Database) -> None:
        topic = gate(GATE, GateChannel.CROSSINGS)
        for _ in range(3):
            take(database, [(topic, b"%d" % number) for number in range(60)])
        assert self.dead_letters(database) == {"malformed": 180}
        with database.read() as connection:
            kept = connection.execute(sa.select(sa.func.count()).select_from(dead_letters))
            assert kept.scalar() == KEPT_PER_TOPIC

    def test_a_fault_of_ours_sets_one_message_aside_and_takes_the_others(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shipped = Intake.store

        def faulty(self: Intake, batch: Any, heard_ms: int) -> Any:
            if batch.gate_id == SECOND_GATE:
                raise ZeroDivisionError("planted")
            return shipped(self, batch, heard_ms)

        monkeypatch.setattr(Intake, "store", faulty)
        poison, good = Scribe(SECOND_GATE).enter(1), Scribe(GATE).enter(2)
        taken = take(
            database, [good.letter(), poison.letter(), Scribe(OTHER_GATE).enter(3).letter()]
        )
        assert (taken.new, taken.set_aside) == (2, 1)
        assert self.dead_letters(database) == {"internal_error": 1}

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

        monkeypatch.setattr("server_bridge.ingest.intake.count_refusals", full)
        with pytest.raises(StoreError):
            take(database, [Scribe().enter(1, 2).letter()])
        monkeypatch.undo()
        with database.read() as connection:
            assert connection.execute(ledgers.select()).all() == []
            assert connection.execute(crossings.select()).all() == []
        assert take(database, [Scribe().enter(1, 2).letter()]).new == 2
        assert_sound(database)


class TestHealth:
    def report(self, database: Database, health: Health, now_ms: int = NOW_MS) -> None:
        take(database, [(gate(GATE, GateChannel.HEALTH), encode_health(health))], now_ms)

    def test_a_gate_is_unheard_of_then_online_then_offline(self, database: Database) -> None:
        assert unit(look(database), SCHOOL).gates[0].online is None
        scan = ScanHealth(camera="failed", storage="ok", signals="ok", clock_trusted=True)
        self.report(database, Health(state="online", backlog=7, scan=scan))
        state = unit(look(database), SCHOOL).gates[0]
        assert (state.online, state.backlog, state.faults) == (True, 7, ("camera",))
        self.report(database, Health(state="offline"), NOW_MS + 5_000)
        state = unit(look(database), SCHOOL).gates[0]
        assert (state.online, state.state_since_ms, state.backlog) == (False, NOW_MS + 5_000, 7)

    def test_a_gate_that_falls_silent_without_a_will_is_offline(self, database: Database) -> None:
        self.report(database, Health(state="online", scan=ScanHealth(clock_trusted=True)))
        assert unit(look(database, NOW_MS + 60_000), SCHOOL).gates[0].online
        assert not unit(look(database, NOW_MS + 300_000), SCHOOL).gates[0].online

    def test_a_gate_scan_that_hangs_shows(self, database: Database) -> None:
        self.report(database, Health(state="online"))
        assert unit(look(database), SCHOOL).gates[0].faults == ("scan_silent",)
