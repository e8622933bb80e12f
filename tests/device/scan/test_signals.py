"""Light and sound differ in rhythm as well as colour, on mocked pins."""

import threading
from collections.abc import Callable
from itertools import combinations, groupby

import pytest
from gpiozero.pins.mock import MockFactory, MockPWMPin

from device.config import SignalSettings as SignalsConfig
from device.scan.gpio import GpioPanel
from device.scan.signals import PatternSignaller, SignalError
from device.scan.verdict import Answer
from gate_contract.signal_patterns import PATTERNS, Light, Pattern
from gate_contract.verdicts import Verdict
from tests.fakes.camera import Panel

SCANS = sorted(set(Verdict) - {Verdict.CLOCK_SET})
FAULT = Verdict.STORAGE_FAILED


def tones(pattern: Pattern) -> list[tuple[bool, int]]:
    """Return the rhythm as (sounding, ms), as a person who does not look hears it."""
    return [
        (sounding, sum(step.ms for step in steps))
        for sounding, steps in groupby(pattern, key=lambda step: step.tone)
    ]


def heard(pattern: Pattern) -> list[tuple[bool, int]]:
    rhythm = tones(pattern)
    return rhythm if rhythm[-1][0] else rhythm[:-1]


def test_every_verdict_of_a_scan_has_a_pattern() -> None:
    assert sorted(PATTERNS) == SCANS


@pytest.mark.parametrize(("one", "other"), list(combinations(SCANS, 2)))
def test_any_two_are_told_apart_by_ear(one: Verdict, other: Verdict) -> None:
    assert heard(PATTERNS[one]) != heard(PATTERNS[other])


def test_in_and_out_are_green_and_no_refusal_is() -> None:
    for verdict, pattern in PATTERNS.items():
        green = any(step.light is Light.GREEN for step in pattern)
        expected = {Verdict.ADMITTED_IN, Verdict.ADMITTED_OUT, Verdict.REPEAT}
        assert green == (verdict in expected), verdict


def test_our_own_fault_looks_and_sounds_like_no_refusal() -> None:
    colours = {step.light for step in PATTERNS[FAULT]} - {Light.OFF}
    for verdict in set(SCANS) - {FAULT}:
        assert not colours & {step.light for step in PATTERNS[verdict]}
    beats = [ms for sounding, ms in heard(PATTERNS[FAULT]) if sounding]
    assert len(beats) > max(
        len([1 for sounding, _ in heard(PATTERNS[verdict]) if sounding])
        for verdict in set(SCANS) - {FAULT}
    )


def test_the_answer_is_there_within_a_blink() -> None:
    for verdict, pattern in PATTERNS.items():
        assert pattern[0].tone, verdict
        assert sum(step.ms for step in pattern) <= 2_200, verdict


class TestPlayer:
    def test_a_pattern_is_played_to_its_end_and_left_dark(self) -> None:
        panel = Panel()
        player = PatternSignaller(panel)
        player.give([Answer(Verdict.REPEAT)])
        self.wait_for(panel, 3)
        player.close()
        assert panel.shown == [
            (Light.GREEN, True),
            (Light.GREEN, False),
            (Light.OFF, False),
        ]
        assert panel.is_closed

    def test_the_next_person_cuts_the_last_ones_signal_short(self) -> None:
        panel = Panel()
        player = PatternSignaller(panel)
        player.give([Answer(Verdict.REVOKED)])
        self.wait_for(panel, 1)
        player.give([Answer(Verdict.REPEAT)])
        self.wait_for(panel, 4)
        player.close()
        assert [light for light, _ in panel.shown[:3]] == [Light.RED, Light.OFF, Light.GREEN]

    def test_two_cards_in_one_frame_are_two_signals(self) -> None:
        panel = Panel()
        player = PatternSignaller(panel)
        player.give([Answer(Verdict.REPEAT), Answer(Verdict.REPEAT)])
        self.wait_for(panel, 6)
        player.close()
        assert [light for light, _ in panel.shown].count(Light.OFF) == 2

    def test_pins_that_fail_are_a_fault_and_no_dead_thread(self) -> None:
        panel = Panel(failing=OSError("no such line"))
        player = PatternSignaller(panel)
        player.give([Answer(Verdict.REPEAT)])
        self.until(lambda: player.fault is not None)
        assert "no such line" in (player.fault or "")
        panel.failing = None
        player.give([Answer(Verdict.REPEAT)])
        self.until(lambda: player.fault is None)
        player.close()

    def wait_for(self, panel: Panel, steps: int) -> None:
        self.until(lambda: len(panel.shown) >= steps)

    def until(self, condition: Callable[[], bool]) -> None:
        pause = threading.Event()
        for _ in range(1_000):
            if condition():
                return
            pause.wait(0.01)
        pytest.fail("it did not come about in 10 s")


class TestPins:
    def test_each_colour_lights_its_pins(self) -> None:
        factory = MockFactory()
        panel = GpioPanel(SignalsConfig(), factory)
        red, green, blue, buzzer = (factory.pin(number) for number in (17, 27, 22, 18))
        panel.show(Light.YELLOW, tone=True)
        assert (red.state, green.state, blue.state, buzzer.state) == (1, 1, 0, 1)
        panel.show(Light.GREEN, tone=False)
        assert (red.state, green.state, blue.state, buzzer.state) == (0, 1, 0, 0)
        panel.close()

    def test_a_common_anode_is_lit_by_a_low_pin(self) -> None:
        factory = MockFactory()
        panel = GpioPanel(SignalsConfig(active_high=False), factory)
        panel.show(Light.RED, tone=False)
        assert (factory.pin(17).state, factory.pin(27).state) == (0, 1)
        panel.close()

    def test_a_passive_buzzer_is_given_a_tone(self) -> None:
        factory = MockFactory(pin_class=MockPWMPin)
        panel = GpioPanel(SignalsConfig(buzzer="passive"), factory)
        panel.show(Light.OFF, tone=True)
        assert factory.pin(18).frequency == 2_000
        assert factory.pin(18).state == 0.5
        panel.show(Light.OFF, tone=False)
        assert factory.pin(18).state == 0
        panel.close()

    def test_parts_may_be_missing(self) -> None:
        factory = MockFactory()
        panel = GpioPanel(SignalsConfig(blue_pin=-1, buzzer_pin=-1), factory)
        panel.show(Light.WHITE, tone=True)
        assert (factory.pin(17).state, factory.pin(27).state) == (1, 1)
        panel.close()

    def test_a_machine_without_pins_is_explained(self) -> None:
        with pytest.raises(SignalError, match=r"\[signals\]"):
            GpioPanel(SignalsConfig())
