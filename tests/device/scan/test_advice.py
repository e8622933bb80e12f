"""Advice to the camera: the decision, and cards that are read only because of it."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from demo.scenes.card_art import modules
from device.scan.advice import (
    FORGET_FRAMES,
    KEEP_FRAMES,
    NO_ADVICE,
    SEEN_TIMES,
    SETTLE_FRAMES,
    Advice,
    AdviceState,
    AdviceStep,
    PatchStatistics,
    after_frame,
    step,
    wanted_step,
)
from device.scan.decode.stream import StreamDecoder
from device.scan.decode.wire import pack_advice, unpack_advice
from device.scan.shutter import Shutter
from device.scan.shutter import after_frame as shutter_after
from tests.builders.code_pictures import CARD
from tests.fakes.sensor import Sensor

DARK = PatchStatistics(ink=2, paper=20, side_px=200)
SMALL = PatchStatistics(ink=40, paper=190, side_px=120)
GOOD = PatchStatistics(ink=40, paper=190, side_px=300)
CLIPPED = PatchStatistics(ink=250, paper=255)


def shown(state: AdviceState, *looks: PatchStatistics | None) -> AdviceState:
    for look in looks:
        state = after_frame(state, look, read=False)
    return state


@pytest.mark.parametrize(
    ("look", "wanted"),
    [
        (DARK, AdviceStep.BRIGHTER),
        (CLIPPED, AdviceStep.DARKER),
        (PatchStatistics(40, 190, smear=1.8, side_px=300), AdviceStep.SHORTER),
        (PatchStatistics(40, 190, smear=1.2, side_px=300), None),
        (SMALL, AdviceStep.FINER),
        (GOOD, None),
    ],
)
def test_wishes(look: PatchStatistics, wanted: AdviceStep | None) -> None:
    assert wanted_step(look) is wanted


def test_a_wish_is_granted_when_it_was_seen_often_enough() -> None:
    for look, granted in ((DARK, Advice(exposure_ev=1)), (SMALL, Advice(finer=True))):
        times = SEEN_TIMES[granted.finer]
        assert shown(AdviceState(), *[look] * (times - 1)).advice == NO_ADVICE
        assert shown(AdviceState(), *[look] * times).advice == granted
        assert shown(AdviceState(), *[look, None] * times).advice == granted


def test_a_read_or_a_while_without_it_ends_a_wish() -> None:
    almost = shown(AdviceState(), DARK, DARK)
    assert shown(after_frame(almost, DARK, read=True), DARK).advice == NO_ADVICE
    assert shown(almost, *[None] * (FORGET_FRAMES + 1), DARK).advice == NO_ADVICE
    assert shown(almost, GOOD, DARK).advice != NO_ADVICE


def test_each_step_gets_time_to_show_and_there_is_an_end() -> None:
    one = shown(AdviceState(), *[DARK] * 3)
    assert shown(one, *[DARK] * (SETTLE_FRAMES + 2)).advice.exposure_ev == 1
    assert shown(one, *[DARK] * (SETTLE_FRAMES + 3)).advice.exposure_ev == 2
    assert shown(one, *[DARK] * 200).advice.exposure_ev == 2


def test_it_does_not_flutter() -> None:
    state, changes = AdviceState(), 0
    for number in range(4 * KEEP_FRAMES):
        look = (DARK, CLIPPED)[number // 30 % 2]
        after = after_frame(state, look, read=False)
        changes += after.advice != state.advice
        state = after
    assert changes <= 16
    alternating = shown(AdviceState(), *[DARK, CLIPPED] * 100)
    assert alternating.advice == NO_ADVICE


def test_after_a_while_the_camera_is_its_own_master_again() -> None:
    one = shown(AdviceState(), *[DARK] * 3)
    assert shown(one, *[None] * KEEP_FRAMES).advice == one.advice
    assert shown(one, *[None] * (KEEP_FRAMES + 1)).advice == NO_ADVICE


looks = st.one_of(st.none(), st.builds(PatchStatistics, *[st.floats(0, 255)] * 2, st.floats(1, 9)))


@given(st.lists(st.tuples(looks, st.booleans()), max_size=80))
def test_every_advice_is_within_its_limits_and_survives_the_wire(
    frames: list[tuple[PatchStatistics | None, bool]],
) -> None:
    state = AdviceState()
    for look, read in frames:
        state = after_frame(state, look, read=read)
        assert unpack_advice(pack_advice(state.advice)) == state.advice


@given(st.integers(0, 2**64 - 1) | st.integers(0, 2**18))
@example(0x1_0000)
def test_nonsense_on_the_wire_is_refused(packed: int) -> None:
    try:
        advice = unpack_advice(packed)
    except ValueError:
        return
    assert pack_advice(advice) == packed


def test_every_wish_can_be_taken_to_its_end() -> None:
    for wanted in AdviceStep:
        advice = NO_ADVICE
        for _ in range(9):
            advice = step(advice, wanted)
        assert step(advice, wanted) == advice != NO_ADVICE


def test_the_shutter_is_fixed_only_while_the_camera_would_take_longer() -> None:
    assert shutter_after(Shutter(), 4_000, 3_000, 1.0) == Shutter()
    fixed = shutter_after(Shutter(), 4_000, 9_000, 1.0)
    assert fixed == Shutter(4_000, 0)
    assert shutter_after(fixed, 4_000, 4_000, 1.0).fixed_us == 4_000  # it has to settle first
    settled = Shutter(4_000)
    assert shutter_after(settled, 4_000, 4_000, 2.0) == settled
    assert shutter_after(settled, 4_000, 4_000, 1.0).fixed_us == 0
    assert shutter_after(settled, 2_000, 4_000, 2.0).fixed_us == 2_000
    assert shutter_after(settled, 0, 4_000, 2.0).fixed_us == 0


HARD = {
    "against the light": {"card_light": 0.1},
    "black against the light": {"card_light": 0.06},
    "in the sun": {"background": 0.02},
    "moving": {"speed_px_per_s": 600.0, "auto_exposure_us": 20_000.0},
    "small": {"px_per_module": 1.3},
}
PRINTED = np.pad(modules(CARD), 4, constant_values=255)


def reads(sensor: Sensor, frames: int = 55) -> int:
    """Count how often the card is read when the camera follows the decoder's advice."""
    decoder, read, advice = StreamDecoder(lambda data: data == CARD.encode()), 0, NO_ADVICE
    for _ in range(frames):
        frame = sensor.read(1)
        assert frame is not None
        read += bool(decoder.decode(frame.image))
        if decoder.advice != advice:
            advice = decoder.advice
            sensor.advise(advice)
    return read


@pytest.mark.parametrize("hard", HARD)
def test_a_hard_card_is_read_by_advice_only(hard: str) -> None:
    assert reads(Sensor(PRINTED, deaf=True, **HARD[hard])) == 0  # type: ignore[arg-type]
    assert reads(Sensor(PRINTED, **HARD[hard])) >= 3  # type: ignore[arg-type]


def test_an_easy_card_needs_no_advice() -> None:
    sensor = Sensor(PRINTED)
    assert reads(sensor) > 30
    assert sensor.advised == []
