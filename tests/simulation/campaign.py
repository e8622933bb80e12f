"""Run many seeds, or replay one."""

import multiprocessing
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.crash.work import scratch
from tests.simulation.district import SimDistrict
from tests.simulation.made import migrations_remembered
from tests.simulation.parts import Parts
from tests.simulation.trace import Trace, deterministic
from tests.simulation.world import Violation, World

CHUNK = 250
"""Seeds per runner: a new runner makes a database and compiles its statements.

That takes the time of five seeds.
"""


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a seed. `violation` is None if everything held; `trace` lists the events."""

    seed: int
    violation: str | None
    trace: Trace
    greens: int


class Runner:
    """Runs seeds one after another, in a folder in memory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._district = SimDistrict(folder)

    def run(self, seed: int, parts: Parts | None = None) -> Result:
        """Run one seed from the start, with the shipped parts or with `parts`."""
        folder = self._folder / "run"
        folder.mkdir()
        world: World | None = None
        violation = None
        trace = Trace(self._folder)
        try:
            with deterministic(seed, trace.say):
                world = World(seed, folder, self._district, parts or Parts(), trace)
                try:
                    world.run()
                except Violation as error:
                    violation = str(error)
                finally:
                    world.close()
        finally:
            shutil.rmtree(folder)
        greens = sum(len(gate.greens) for gate in world.gates)
        return Result(seed, violation, trace, greens)


@contextmanager
def runner() -> Iterator[Runner]:
    """Make a runner and its folder."""
    with scratch() as folder, migrations_remembered():
        yield Runner(folder)


def run_many(seeds: range, jobs: int) -> Iterator[Result]:
    """Run in `jobs` processes, in no particular order; only violations have a trace."""
    chunks = [seeds[i : i + CHUNK] for i in range(0, len(seeds), CHUNK)]
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        for results in pool.imap_unordered(_run_chunk, chunks):
            yield from results


def _run_chunk(seeds: range) -> list[Result]:
    with runner() as run:
        results = [run.run(seed) for seed in seeds]
    # A trace is long, and of a run without a violation nobody reads it.
    return [r if r.violation else replace(r, trace=Trace(r.trace.folder)) for r in results]
