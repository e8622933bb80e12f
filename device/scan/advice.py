"""Decide what the camera should do differently for the decoder. Pure.

Automatic exposure stays the base: it measures the whole scene, but does not know what in it is a
card. The advice only shifts it, one step at a time, and only for a likely code that was not read.
It does not oscillate: the need for a step has to be seen in several frames, each step gets time to
take effect, and advice stays for half a minute at least, unless the picture needs the contrary.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

MOST_EV = 2
LONGEST_US = (0, 4_000, 2_000, 1_000)
"""The steps of `Advice.longest_us`.

At 1 ms a card that crosses the picture in a second is smeared by one pixel.
"""
DIM, WASHED_OUT = 70, 150
"""Paper darker than this is under-exposed, ink lighter than this over-exposed."""
SMEARED = 1.45
"""The ratio of edges in the two directions beyond which motion blur is assumed.

A code has as many edges across as down, so motion in one direction shows as fewer edges in it.
Tilted cards that are still read reach 1.3.
"""
SMALL_PX = 150
"""A patch no wider, margins included, has a code of less than two pixels a module."""
SEEN_TIMES = {False: 3, True: 8}
"""The number of frames that must need the same step before it is taken.

It is larger (True) for a finer picture, for which a camera has to pause.
"""
FORGET_FRAMES = 24
SETTLE_FRAMES = 8
"""Frames after a step until the camera has applied it and its automatic exposure has settled."""
KEEP_FRAMES = 450
"""Half a minute at 15 frames a second; after it the advice ends."""


@dataclass(frozen=True, slots=True)
class Advice:
    """Advice to the camera.

    `exposure_ev`: stops brighter than automatic exposure, -MOST_EV to MOST_EV. `longest_us`: the
    longest exposure that keeps a moving card sharp, 0 for no limit. `finer`: FINER times the
    pixels, across and down.
    """

    exposure_ev: int = 0
    longest_us: int = 0
    finer: bool = False


NO_ADVICE = Advice()
FINER = 1.5
"""The number of pixels of a finer picture in place of one, across and down."""


@dataclass(frozen=True, slots=True)
class PatchStatistics:
    """The look of a patch where a code may be and was not read.

    `ink`, `paper`: its dark and its light grey levels. `smear`: edges of the direction that has
    more over those of the other, at least 1. `side_px`: its larger side; 0 if only its light is
    known.
    """

    ink: float
    paper: float
    smear: float = 1.0
    side_px: int = 0


class AdviceStep(StrEnum):
    """One step."""

    BRIGHTER = "brighter"
    DARKER = "darker"
    SHORTER = "shorter"
    FINER = "finer"


def wanted_step(look: PatchStatistics) -> AdviceStep | None:
    """Return the step that would help most to read a patch, None if none would."""
    if look.ink > WASHED_OUT:
        return AdviceStep.DARKER
    if look.paper < DIM:
        return AdviceStep.BRIGHTER
    if look.smear >= SMEARED:
        return AdviceStep.SHORTER
    if 0 < look.side_px <= SMALL_PX:
        return AdviceStep.FINER
    return None


@dataclass(frozen=True, slots=True)
class AdviceState:
    """The advice in force, and the step that is pending.

    The step was needed in `times` frames, last `ago` frames ago. `since`: frames since the last
    step.
    """

    advice: Advice = NO_ADVICE
    pending: AdviceStep | None = None
    times: int = 0
    ago: int = 0
    since: int = SETTLE_FRAMES


def after_frame(state: AdviceState, look: PatchStatistics | None, *, read: bool) -> AdviceState:
    """Return the state after one more frame.

    `look` is a patch that was not read, or None; `read` says that a code was read: then the picture
    is good enough as it is.
    """
    if look is None and state.advice == NO_ADVICE and state.pending is None:
        return state if state.since > SETTLE_FRAMES else replace(state, since=state.since + 1)
    state = replace(state, since=state.since + 1, ago=state.ago + 1)
    if state.advice != NO_ADVICE and state.since > KEEP_FRAMES:
        return AdviceState(since=0)
    if read or state.ago > FORGET_FRAMES:
        state = replace(state, pending=None, times=0, ago=0)
    wanted = wanted_step(look) if look and not read else None
    if look is None or wanted is None or state.since <= SETTLE_FRAMES:
        return state
    times = state.times + 1 if wanted is state.pending else 1
    if times < SEEN_TIMES[wanted is AdviceStep.FINER]:
        return replace(state, pending=wanted, times=times, ago=0)
    granted = step(state.advice, wanted)
    at_its_end = granted == state.advice
    # Light without a code may be an effect of the last step on the background.
    back = not look.side_px and abs(granted.exposure_ev) < abs(state.advice.exposure_ev)
    if at_its_end or back:
        return replace(state, pending=None, times=0)
    return AdviceState(granted, since=0)


def step(advice: Advice, wanted: AdviceStep) -> Advice:
    """Return `advice` with one more step; the same at its limit."""
    if wanted is AdviceStep.FINER:
        return replace(advice, finer=True)
    if wanted is AdviceStep.SHORTER:
        further = LONGEST_US.index(advice.longest_us) + 1
        return replace(advice, longest_us=LONGEST_US[min(further, len(LONGEST_US) - 1)])
    shift = 1 if wanted is AdviceStep.BRIGHTER else -1
    return replace(advice, exposure_ev=min(MOST_EV, max(-MOST_EV, advice.exposure_ev + shift)))
