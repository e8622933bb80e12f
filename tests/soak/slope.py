"""Decide whether a series grows: how much from block to block, and how far the blocks agree."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement, pairwise
from statistics import fmean, stdev

BLOCKS = 12
T_95 = 2.228
"""Student's t, two-sided 95 %, for the BLOCKS - 1 steps between blocks."""
SIGNED_RANK_95 = 10
"""Wilcoxon's signed ranks, two-sided 95 %, for as many steps: the critical sum."""
WARM_UP = 0.25
"""The share of a run in which caches and pools may still fill."""
BARS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Slope:
    """Units per million crossings, and half the width of its 95 % confidence interval.

    `usual_from` is where the interval of a usual step begins: one large step, which widens the
    interval of the mean, does not hide other growth from it.
    """

    per_million: float
    margin: float
    usual_from: float

    @property
    def is_flat(self) -> bool:
        """Return whether both intervals include 0, or lie below it."""
        return self.per_million - self.margin <= 0 and self.usual_from <= 0


def after_warm_up(at: Sequence[int], values: Sequence[float]) -> list[tuple[int, float]]:
    """Return the samples to judge. `at` counts crossings."""
    begin = at[-1] * WARM_UP
    return [(x, y) for x, y in zip(at, values, strict=True) if x >= begin]


def slope(samples: Sequence[tuple[int, float]]) -> Slope:
    """Return the slope of samples (crossings, value): the mean increase from block to block.

    Memory does not shrink again. A line through its values takes a single step for a trend, because
    every later sample is higher; but the steps from block to block are independent of each other,
    and a leak adds to each of them. The usual step is that of Hodges and Lehmann (1963), from the
    means of all pairs of steps.
    """
    steps = [(y2 - y1) / (x2 - x1) * 1e6 for (x1, y1), (x2, y2) in pairwise(_blocks(samples))]
    margin = T_95 * stdev(steps) / math.sqrt(len(steps))
    means = sorted(fmean(pair) for pair in combinations_with_replacement(steps, 2))
    return Slope(fmean(steps), margin, means[SIGNED_RANK_95])


def plot(values: Sequence[float], width: int = 48) -> str:
    """Return a line of bars, from the least value to the greatest."""
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
