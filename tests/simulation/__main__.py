"""The simulation: `python -m tests.simulation --seeds 100000`, or `--replay SEED`.

Prints each violation with its seed and its trace; the last line is `N seeds, V violations`.
"""

# ruff: noqa: T201 (it talks to its terminal)

import argparse
import os
import sys

from tests.simulation.campaign import run_many, runner
from tests.simulation.planted import PLANTED

TRACES = 3
"""Violations whose trace is printed; of further ones only the seed is."""


def main() -> int:
    """Run, and return the exit code: 1 if anything did not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=2_000, metavar="N")
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N")
    parser.add_argument("--replay", type=int, metavar="SEED", help="run one seed, show its trace")
    parser.add_argument("--planted", choices=PLANTED, help="with this bug in place")
    asked = parser.parse_args()
    if asked.replay is not None:
        return _replay(asked.replay, asked.planted)
    violations = greens = 0
    for result in run_many(range(asked.first, asked.first + asked.seeds), asked.jobs):
        greens += result.greens
        if result.violation:
            violations += 1
            again = f"python -m tests.simulation --replay {result.seed}"
            print(f"seed {result.seed}: {result.violation}\n  again: {again}")
            if violations <= TRACES:
                print(result.trace)
    print(f"{greens} green lights")
    print(f"{asked.seeds} seeds, {violations} violations")
    return int(bool(violations))


def _replay(seed: int, planted: str | None) -> int:
    if planted:
        bug = PLANTED[planted]
        with bug.patches(), runner() as run:
            result = run.run(seed, bug.parts)
    else:
        with runner() as run:
            result = run.run(seed)
    print(result.trace)
    print(f"1 seeds, {int(bool(result.violation))} violations")
    return int(bool(result.violation))


if __name__ == "__main__":
    sys.exit(main())
