"""What the decoder would have the camera do differently. Pure.

Automatic exposure stays the base: it knows the scene, and not what in it is a card. The advice only
shifts it, one step at a time, and only for a likely code that was not read. It does not flutter: a
wish has to be seen in several frames, each step gets time to show, and what was given stays for
half a minute at least, unless the picture calls for the contrary.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

MOST_EV = 2
LONGEST_US = (0, 4_000, 2_000, 1_000)
"""The steps of `Advice.longest_us`; at 1 ms a card that crosses the picture in a second smears by a
pixel."""
DIM, WASHED_OUT = 70, 150
"""Paper darker than this is under-exposed, ink lighter than this over-exposed."""
SMEARED = 1.45
"""A code has as many edges across as down. Where one direction has so many times more left, the
other was smeared by motion; tilted cards that still read reach 1.3."""
SMALL_PX = 150
"""A patch no wider, margins included, has a code of less than two pixels a module."""
SEEN_TIMES = {False: 3, True: 8}
"""So many frames must have the same wish before it is granted; more (True) for a finer picture, for
which a camera has to pause."""
FORGET_FRAMES = 24
SETTLE_FRAMES = 8
"""After a step: until the camera has taken it, and its automatic exposure has come to rest."""
KEEP_FRAMES = 450
"""Half a minute at 15 frames a second. After it the camera is its own master again."""


@dataclass(frozen=True, slots=True)
class Advice:
    """`exposure_ev`: stops brighter than automatic exposure has it, -MOST_EV to MOST_EV.
    `longest_us`: the longest exposure that keeps a moving card sharp, 0: as the camera likes.
    `finer`: FINER times the pixels, across and down."""

    exposure_ev: int = 0
    longest_us: int = 0
    finer: bool = False


NO_ADVICE = Advice()
FINER = 1.5
"""What a finer picture has in place of one pixel, across and down."""


@dataclass(frozen=True, slots=True)
class PatchStatistics:
    """What a place looks like where a code may be, and was not read.

    `ink`, `paper`: its dark and its light grey levels. `smear`: edges of the direction that has
    more over those of the other, at least 1. `side_px`: its larger side; 0 is a place that is known
    by its light only.
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
    """What would help most to read what `look` shows."""
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
    """The advice in force, and the wish that is waiting: seen so many `times`, last so many frames
    `ago`. `since`: frames since the last step."""

    advice: Advice = NO_ADVICE
    pending: AdviceStep | None = None
    times: int = 0
    ago: int = 0
    since: int = SETTLE_FRAMES


def after_frame(state: AdviceState, look: PatchStatistics | None, *, read: bool) -> AdviceState:
    """The state after one more frame: `look` at a place that did not read, or None; `read`
    tells that a code was read, with which the picture is good enough as it is."""
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
    # Light without a code may be what our own last step made of the background.
    back = not look.side_px and abs(granted.exposure_ev) < abs(state.advice.exposure_ev)
    if at_its_end or back:
        return replace(state, pending=None, times=0)
    return AdviceState(granted, since=0)


def step(advice: Advice, wanted: AdviceStep) -> Advice:
    """`advice` one step further; the same at its end."""
    if wanted is AdviceStep.FINER:
        return replace(advice, finer=True)
    if wanted is AdviceStep.SHORTER:
        further = LONGEST_US.index(advice.longest_us) + 1
        return replace(advice, longest_us=LONGEST_US[min(further, len(LONGEST_US) - 1)])
    shift = 1 if wanted is AdviceStep.BRIGHTER else -1
    return replace(advice, exposure_ev=min(MOST_EV, max(-MOST_EV, advice.exposure_ev + shift)))
