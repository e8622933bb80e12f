"""A short soak, and the judge of slopes: it finds growth and ignores noise.

The control of the whole is `python -m tests.soak --plant leak`, which must fail: it keeps a byte of
each record.
"""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.soak.__main__ import judge, told
from tests.soak.run import SENDING_S, soak
from tests.soak.slope import after_warm_up, plot, slope


@pytest.mark.timeout(300)
def test_a_short_soak_loses_nothing_and_is_proven(tmp_path: Path) -> None:
    soaked = soak(tmp_path / "arena", 3_000, samples=60, stalls=((0.1, SENDING_S),))
    assert soaked.outcome.is_clean, soaked.outcome.line()
    assert "all there, none edited, signed by the gate" in soaked.proof, soaked.proof
    slopes = judge(soaked.series)
    report = told(soaked, slopes)
    for what in ("threads", "files"):
        assert slopes[f"uplink.{what}"].is_flat, report


def test_noise_and_single_steps_are_flat_and_growth_is_not() -> None:
    chance = random.Random(1)
    at = list(range(1_000, 241_000, 1_000))
    noise = [50_000 + chance.gauss(0, 300) for _ in at]
    # One in forty honest series is called growing; a handful in a hundred at the most.
    judged = [slope([(x, chance.gauss(50_000, 300)) for x in at[60:]]).is_flat for _ in range(100)]
    assert sum(judged) >= 90
    leak = [value + x * 0.02 for x, value in zip(at, noise, strict=True)]
    assert not slope(after_warm_up(at, leak)).is_flat
    stairs = [50_000 + 80 * (x > 100_000) + 130 * (x > 170_000) for x in at]
    assert slope(after_warm_up(at, stairs)).is_flat
    byte_each = [value + x / 1_024 for x, value in zip(at, stairs, strict=True)]
    assert not slope(after_warm_up(at, byte_each)).is_flat
    leap = slope(
        after_warm_up(at, [y + 900 * (x > 80_000) for x, y in zip(at, byte_each, strict=True)])
    )
    assert leap.per_million < leap.margin, "the mean of its steps tells nothing"
    assert not leap.is_flat
    early = [value + min(x, 60_000) * 0.05 for x, value in zip(at, noise, strict=True)]
    assert len(after_warm_up(at, early)) == 181
    assert plot([1, 1, 8, 8]) == "▁▁██"
    assert plot([3, 3]) == "▁▁"
    with pytest.raises(ValueError, match="too few"):
        slope([(1, 1.0)])


def test_what_the_bridge_leaves_to_the_collector_is_little(tmp_path: Path) -> None:
    """The bridge leaves little to Python's garbage collector.

    Statements that were built anew for each message were 250 objects in reference cycles, and the
    bridge's memory grew by megabytes before the collector ran.
    """
    command = [sys.executable, "-m", "tests.soak.garbage", str(tmp_path)]
    left = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert int(left) < 20 * 100
