"""Keep a Pi camera's exposure short without losing its automatic exposure. Pure.

libcamera offers a fixed exposure time, with the gain still automatic, but no upper limit. So the
exposure is fixed only while automatic exposure would take longer, and released in enough light.
"""

from dataclasses import dataclass

GAIN_LEFT = 1.15
"""At this gain or less, the fixed exposure is longer than needed."""
SETTLE_FRAMES = 10


@dataclass(frozen=True, slots=True)
class Shutter:
    """`fixed_us`: the fixed exposure, 0 is automatic. `age`: frames since it changed."""

    fixed_us: int = 0
    age: int = SETTLE_FRAMES


def after_frame(shutter: Shutter, longest_us: int, exposure_us: int, gain: float) -> Shutter:
    """Return the shutter after a frame that was exposed for `exposure_us` with analogue `gain`.

    `longest_us` 0: automatic exposure has no limit.
    """
    if shutter.fixed_us not in (0, longest_us):
        return Shutter(longest_us, 0)
    if shutter.age < SETTLE_FRAMES:
        return Shutter(shutter.fixed_us, shutter.age + 1)
    if shutter.fixed_us and gain <= GAIN_LEFT:
        return Shutter(0, 0)
    if longest_us and not shutter.fixed_us and exposure_us > longest_us:
        return Shutter(longest_us, 0)
    return shutter
