"""Two thousand seeds of the code that ships, and a few of each planted bug until it is caught."""

import pytest

from tests.simulation.campaign import Runner, runner
from tests.simulation.planted import PLANTED

BLOCKS, BLOCK = 40, 50
CAUGHT_WITHIN = 500


@pytest.mark.parametrize("first", range(0, BLOCKS * BLOCK, BLOCK))
def test_every_green_light_is_counted_exactly_once(first: int) -> None:
    with runner() as run:
        for seed in range(first, first + BLOCK):
            result = run.run(seed)
            assert result.violation is None, f"seed {seed}\n{result.trace}"


@pytest.mark.timeout(600)  # a bug that shows late, on a machine that is busy
@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_bug_is_caught(name: str) -> None:
    planted = PLANTED[name]
    with planted.patches(), runner(planted.parts) as run:
        assert _first_violation(run) is not None


def _first_violation(run: Runner) -> int | None:
    return next((seed for seed in range(CAUGHT_WITHIN) if run.run(seed).violation), None)


def test_a_seed_is_the_same_run_each_time() -> None:
    with runner() as run:
        assert [run.run(seed).trace for seed in (3, 4)] == [run.run(s).trace for s in (3, 4)]
    with runner() as afresh:
        assert afresh.run(4).trace == run_once(4)


def run_once(seed: int) -> str:
    """The trace of one seed in a runner of its own."""
    with runner() as run:
        return run.run(seed).trace


def test_the_runs_are_about_something() -> None:
    with runner() as run:
        results = [run.run(seed) for seed in range(30)]
    told = "\n".join(result.trace for result in results)
    assert sum(result.greens for result in results) > 300
    for word in ("POWER CUT", "RESTORED", "KILLED at", "STORAGE FAILED", "rewound", "comes again"):
        assert word in told
