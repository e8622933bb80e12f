"""Whether a series grows: a line through the means of its blocks, and how sure its slope is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

BLOCKS = 12
T_95 = 2.228
"""Student's t, two-sided 95 %, for BLOCKS - 2 degrees of freedom."""
WARM_UP = 0.25
"""The share of a run in which caches and pools may still fill."""
BARS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Slope:
    """Units per million crossings, and half the width of its 95 % confidence interval."""

    per_million: float
    margin: float

    @property
    def is_flat(self) -> bool:
        """The interval includes 0, or lies below it."""
        return self.per_million - self.margin <= 0


def after_warm_up(at: Sequence[int], values: Sequence[float]) -> list[tuple[int, float]]:
    """The samples to judge. `at` counts crossings."""
    begin = at[-1] * WARM_UP
    return [(x, y) for x, y in zip(at, values, strict=True) if x >= begin]


def slope(samples: Sequence[tuple[int, float]]) -> Slope:
    """The slope of samples (crossings, value).

    Neighbouring samples are not independent; the means of a few long blocks nearly are.
    """
    blocks = _blocks(samples)
    n = len(blocks)
    mean_x = sum(x for x, _ in blocks) / n
    mean_y = sum(y for _, y in blocks) / n
    spread = sum((x - mean_x) ** 2 for x, _ in blocks)
    b = sum((x - mean_x) * (y - mean_y) for x, y in blocks) / spread
    errors = sum((y - mean_y - b * (x - mean_x)) ** 2 for x, y in blocks)
    margin = T_95 * math.sqrt(errors / (n - 2) / spread)
    return Slope(b * 1e6, margin * 1e6)


def plot(values: Sequence[float], width: int = 48) -> str:
    """A line of bars, from the least value to the greatest."""
    step = max(1, -(-len(values) // width))
    means = [
        sum(values[i : i + step]) / len(values[i : i + step]) for i in range(0, len(values), step)
    ]
    low, high = min(means), max(means)
    scale = (len(BARS) - 1) / (high - low) if high > low else 0
    return "".join(BARS[round((mean - low) * scale)] for mean in means)


def _blocks(samples: Sequence[tuple[int, float]]) -> list[tuple[float, float]]:
    if len(samples) < 2 * BLOCKS:
        raise ValueError(f"{len(samples)} samples are too few; let more people pass")
    size = len(samples) / BLOCKS
    blocks = []
    for number in range(BLOCKS):
        part = samples[round(number * size) : round((number + 1) * size)]
        blocks.append((sum(x for x, _ in part) / len(part), sum(y for _, y in part) / len(part)))
    return blocks
