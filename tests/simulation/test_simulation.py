"""Two thousand seeds of the code that ships, and a few of each planted bug until it is found."""

from collections.abc import Iterator

import pytest

from tests.simulation.campaign import Runner, runner
from tests.simulation.planted import PLANTED, Planted

BLOCKS, BLOCK = 40, 50
CAUGHT_WITHIN = 500


@pytest.fixture(scope="module")
def run() -> Iterator[Runner]:
    """Make one runner for all tests: it has a database to copy, and compiled statements."""
    with runner() as run:
        yield run


@pytest.mark.parametrize("first", range(0, BLOCKS * BLOCK, BLOCK))
def test_every_green_light_is_counted_exactly_once(run: Runner, first: int) -> None:
    for seed in range(first, first + BLOCK):
        result = run.run(seed)
        assert result.violation is None, f"seed {seed}\n{result.trace}"


@pytest.mark.timeout(600)  # a bug that shows late, on a machine that is busy
@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_bug_is_caught(run: Runner, name: str) -> None:
    planted = PLANTED[name]
    with planted.patches():
        assert _first_violation(run, planted) is not None


def _first_violation(run: Runner, planted: Planted) -> int | None:
    seeds = range(CAUGHT_WITHIN)
    return next((seed for seed in seeds if run.run(seed, planted.parts).violation), None)


def test_a_seed_is_the_same_run_each_time(run: Runner) -> None:
    first, second = ([str(run.run(seed).trace) for seed in (3, 4)] for _ in range(2))
    assert first == second
    with runner() as afresh:
        assert str(afresh.run(4).trace) == run_once(4)


def run_once(seed: int) -> str:
    """Return the trace of one seed in a separate runner."""
    with runner() as run:
        return str(run.run(seed).trace)


def test_the_runs_are_about_something(run: Runner) -> None:
    results = [run.run(seed) for seed in range(30)]
    told = "\n".join(str(result.trace) for result in results)
    assert sum(result.greens for result in results) > 300
    for word in ("POWER CUT", "RESTORED", "KILLED at", "STORAGE FAILED", "rewound", "comes again"):
        assert word in told
