"""From codes to committed records, on a real ledger."""

from datetime import timedelta
from pathlib import Path

import pytest

from device.ledger.file import LedgerError
from gate_contract.card import CardKind
from gate_contract.crossing import ClockTrust, Direction
from gate_contract.verdicts import Verdict
from tests.builders.issuer import FIRST_DAY, LAST_DAY, Issuer, key_named
from tests.builders.scanning_gate import Gate, hold
from tests.fakes.clock import MORNING_MS

IN, OUT, REPEAT = Verdict.ADMITTED_IN, Verdict.ADMITTED_OUT, Verdict.REPEAT


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path / "ledger.db")


def test_what_is_signalled_is_in_the_ledger(gate: Gate) -> None:
    assert gate.show(1) == [IN]
    (clock_set, record) = gate.records()
    assert clock_set.verdict is Verdict.CLOCK_SET
    assert (record.verdict, record.card_id, record.kind) == (IN, f"{1:016x}", CardKind.PUPIL)
    assert record.clock is ClockTrust.TRUSTED
    assert record.at == MORNING_MS + 100


def test_a_card_held_up_for_a_minute_is_one_crossing(gate: Gate) -> None:
    assert hold(gate, 1, ms=60_000) == [IN]
    assert gate.verdicts() == [IN]


def test_a_card_shown_again_within_the_window_is_a_repeat(gate: Gate) -> None:
    gate.show(1)
    gate.leave(1_500)
    assert gate.show(1) == [REPEAT]
    gate.leave(4_000)  # the window slides: it is still the same person waving
    assert gate.show(1) == [REPEAT]
    assert gate.verdicts() == [IN, REPEAT, REPEAT]


def test_in_then_out_then_in(gate: Gate) -> None:
    for expected in (IN, OUT, IN):
        assert gate.show(1) == [expected]
        gate.leave(6_000)


def test_a_restart_does_not_forget_who_was_just_seen(gate: Gate) -> None:
    gate.show(1)
    gate.start()
    assert gate.show(1) == [REPEAT]


def test_a_new_day_begins_with_in(gate: Gate) -> None:
    gate.show(1)
    gate.leave(24 * 3_600_000)
    assert gate.show(1) == [IN]


def test_the_day_changes_at_local_midnight(gate: Gate) -> None:
    gate.show(1)
    gate.leave(int(timedelta(hours=16, minutes=59).total_seconds() * 1000))
    assert gate.show(1) == [OUT]  # 23:59
    gate.leave(120_000)
    assert gate.show(1) == [IN]  # 0:01


def test_several_cards_in_one_frame_are_each_answered_once(gate: Gate) -> None:
    assert gate.show(1, 2, 3, 2) == [IN, IN, IN]
    assert gate.show(3, 1, 2) == []
    assert gate.verdicts() == [IN, IN, IN]


@pytest.mark.parametrize("direction", Direction)
def test_a_one_way_gate(tmp_path: Path, direction: Direction) -> None:
    gate = Gate(tmp_path / "ledger.db", direction=direction)
    expected = IN if direction is Direction.IN else OUT
    for _ in range(2):
        assert gate.show(1) == [expected]
        gate.leave(6_000)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (b"https://gate.example/poster", Verdict.NOT_A_PERSON_CARD),
        (b"\x00" * 2_900, Verdict.NOT_A_PERSON_CARD),
        (b"\xff\xfe\x00SG1:", Verdict.NOT_A_PERSON_CARD),
        (b"SG1:", Verdict.UNREADABLE),
        (b"SG1:" + b"0" * 2_900, Verdict.UNREADABLE),
        (b"SG1:\xff\x00", Verdict.UNREADABLE),
        (Issuer(key=key_named("forger")).code(1), Verdict.BAD_SIGNATURE),
        (Issuer(key_id=9).code(1), Verdict.UNKNOWN_KEY),
        (
            Issuer().code(1, not_before=FIRST_DAY + timedelta(days=99)),
            Verdict.NOT_YET_VALID,
        ),
        (
            Issuer().code(1, not_before=FIRST_DAY, expires=FIRST_DAY),
            Verdict.EXPIRED,
        ),
    ],
)
def test_what_is_no_card_of_today_is_refused_and_recorded(
    gate: Gate, code: bytes, expected: Verdict
) -> None:
    assert hold(gate, code, ms=3_000) == [expected]
    assert gate.verdicts() == [expected]


def test_a_hostile_code_held_up_for_an_hour_fills_nothing(gate: Gate) -> None:
    assert hold(gate, b"hostile", ms=3_600_000) == [Verdict.NOT_A_PERSON_CARD]
    assert len(gate.verdicts()) == 1


def test_a_display_of_ever_new_codes_is_summed_up(gate: Gate) -> None:
    shown = 36_000  # an hour, ten a second
    for number in range(shown):
        gate.show(b"%d" % number)
        if number % 10 == 0:
            gate.keeper.tend(gate.clock.read())
    gate.leave(60_000)
    records = [record for record in gate.records() if record.verdict is not Verdict.CLOCK_SET]
    assert sum(record.count for record in records) == shown  # not one is forgotten
    assert len(records) < 30 * 64  # nor has each a record of its own


def test_storage_that_fails_is_our_fault_and_heals(gate: Gate) -> None:
    gate.broken = LedgerError("disk full")
    gate.start()
    answers = hold(gate, 1, ms=5_000)
    assert set(answers) == {Verdict.STORAGE_FAILED}
    assert len(answers) == 5  # once a second, not at every frame
    assert gate.fault() == "disk full"
    gate.broken = None
    assert IN in hold(gate, 1, ms=2_000)
    assert gate.fault() is None
    assert gate.verdicts() == [IN]


def test_a_ledger_that_breaks_in_service_is_reopened(gate: Gate) -> None:
    gate.show(1)
    gate.keeper.close()
    gate.broken = LedgerError("input/output error")
    assert gate.show(2) == [Verdict.STORAGE_FAILED]
    gate.broken = None
    gate.leave(1_000)
    assert gate.show(2) == [IN]
    assert gate.verdicts() == [IN, IN]


def test_an_idle_gate_proves_its_storage(gate: Gate) -> None:
    gate.leave(1_000)
    assert gate.fault() is None
    gate.keeper.close()
    gate.broken = LedgerError("read-only")
    gate.leave(10_000)
    gate.leave(30_000)
    assert gate.fault() == "read-only"


def test_while_storage_fails_everybody_is_told_so(gate: Gate) -> None:
    gate.broken = LedgerError("disk full")
    gate.start()
    for number in range(20):  # one person after the other, each for a second
        gate.keeper.tend(gate.clock.read())
        assert Verdict.STORAGE_FAILED in hold(gate, number, ms=1_100)


def test_refusals_beyond_the_budget_prove_no_storage(gate: Gate) -> None:
    for number in range(40):
        gate.show(b"%d" % number)
    gate.keeper.close()
    gate.broken = LedgerError("read-only")
    assert gate.show(1) == [Verdict.STORAGE_FAILED]
    gate.leave(1_500)
    assert gate.show(b"another") == [Verdict.STORAGE_FAILED]
    assert gate.fault() == "read-only"


def test_what_was_summed_up_is_recorded_at_the_end(gate: Gate) -> None:
    for number in range(200):
        gate.show(b"%d" % number)
    gate.keeper.tend(gate.clock.read(), sum_up=True)
    gate.keeper.close()
    refused = [r for r in gate.records() if r.verdict is Verdict.NOT_A_PERSON_CARD]
    assert sum(record.count for record in refused) == 200


class TestClock:
    def test_a_clock_in_the_future_refuses_nobody(self, gate: Gate) -> None:
        gate.clock.synchronised = False
        gate.clock.wall_ms = MORNING_MS + 70 * 365 * 86_400_000
        assert gate.show(1) == [IN]

    def test_a_clock_at_1970_refuses_nobody_and_writes_no_time(self, gate: Gate) -> None:
        gate.clock.synchronised, gate.clock.wall_ms = False, 5_000
        assert gate.show(1) == [IN]
        gate.leave(6_000)
        assert gate.show(1) == [OUT]
        assert [(record.at, record.clock) for record in gate.records()] == [
            (None, ClockTrust.UNTRUSTED)
        ] * 2

    def test_a_late_synchronisation_is_recorded_once(self, gate: Gate) -> None:
        gate.clock.synchronised, gate.clock.wall_ms = False, 5_000
        gate.show(1)
        gate.leave(10_000)
        gate.clock.synchronised, gate.clock.wall_ms = True, None
        gate.leave(1_000)
        gate.leave(1_000)
        settings = [r for r in gate.records() if r.verdict is Verdict.CLOCK_SET]
        assert len(settings) == 1
        assert settings[0].at == settings[0].up_ms + gate.clock.true_offset_ms

    def test_direction_survives_the_correction(self, gate: Gate) -> None:
        gate.clock.synchronised, gate.clock.wall_ms = False, 5_000
        assert gate.show(1) == [IN]
        gate.leave(10_000)
        gate.clock.synchronised, gate.clock.wall_ms = True, None
        assert gate.show(1) == [OUT]

    def test_a_card_of_the_future_waits_for_a_trusted_clock(self, gate: Gate) -> None:
        code = gate.issuer.code(1, not_before=LAST_DAY, expires=LAST_DAY)
        gate.clock.synchronised = False
        assert gate.show(code) == [IN]
        gate.leave(6_000)
        gate.clock.synchronised = True
        gate.leave(1_000)
        assert gate.show(code) == [Verdict.NOT_YET_VALID]

    def test_setting_the_clock_by_hand_moves_no_decision(self, gate: Gate) -> None:
        gate.show(1)
        gate.clock.synchronised = False
        gate.clock.wall_ms = MORNING_MS - 14 * 86_400_000
        gate.leave(6_000)
        assert gate.show(1) == [OUT]
        assert gate.records()[-1].at == gate.clock.up_ms + gate.clock.true_offset_ms

    def test_a_new_boot_is_untrusted_until_it_is_synchronised(self, gate: Gate) -> None:
        gate.show(1)
        gate.clock.reboot()
        gate.clock.synchronised, gate.clock.wall_ms = False, MORNING_MS + 60_000
        gate.start()
        assert gate.show(1) == [OUT]
        record = gate.records()[-1]
        assert record.clock is ClockTrust.UNTRUSTED
        assert record.at == MORNING_MS + 60_100

    def test_a_clock_behind_the_ledger_is_not_believed(self, gate: Gate) -> None:
        gate.show(1)
        gate.clock.reboot()
        gate.clock.synchronised, gate.clock.wall_ms = False, MORNING_MS - 86_400_000
        gate.start()
        gate.show(1)
        assert gate.records()[-1].at is None
