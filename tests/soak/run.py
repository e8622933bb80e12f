"""Run a soak: a gatekeeper writes, a real uplink delivers, a real broker and bridge store."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from device.clock import SystemClock
from gate_contract.verdicts import CROSSINGS
from tests.end_to_end.passing import card_codes
from tests.faults.arena import GATE, Arena
from tests.faults.outcome import Outcome, eventually

AT_ONCE = 20
BACKLOG = 2_000
"""Crossings stop while more than this is undelivered: the run measures a steady flow."""
SENDING_S = 2.0
"""Time for the uplink to send all that it may send without a receipt."""
AWAY_S = 65.0
"""Longer than any period of the bridge, so that all its periodic work falls due at once."""
STALLS = ((0.05, SENDING_S), (0.1, AWAY_S), (0.2, AWAY_S))
"""Shares of the run, all within its warm-up, at which the bridge is stopped for so many seconds.

Meanwhile a whole backlog waits for it. The memory to do everything at once is allocated then, and
not by chance later.
"""
PROCESSES = ("uplink", "broker", "bridge")


@dataclass
class Series:
    """`values[process.what]`, each with the crossings at which it was sampled in `at`."""

    at: list[int] = field(default_factory=list)
    values: dict[str, list[float]] = field(default_factory=dict)

    def add(self, at: int, values: dict[str, float]) -> None:
        self.at.append(at)
        for name, value in values.items():
            self.values.setdefault(name, []).append(value)


@dataclass
class Soaked:
    """The result; `outcome` has the accounts: nothing lost, nothing counted twice."""

    crossings: int
    seconds: float
    outcome: Outcome
    series: Series
    proof: str


def soak(
    folder: Path,
    crossings: int,
    *,
    samples: int = 240,
    stalls: Sequence[tuple[float, float]] = STALLS,
    plants: dict[str, str] | None = None,
) -> Soaked:
    """Let `crossings` people pass, and sample the processes `samples` times."""
    outcome = Outcome("soak", tried=1, survived=1)
    series = Series()
    with Arena(folder, hasty=False, plants=plants) as arena, arena.gatekeeper(GATE) as keeper:
        codes = card_codes(arena, AT_ONCE)
        clock = SystemClock(battery=True)
        names = {"uplink": f"uplink {GATE}", "broker": "broker", "bridge": "bridge"}
        green = frames = 0
        next_look = 0.0
        for part in ("broker", "bridge", "uplink"):
            arena.start(names[part])
        keeper.see(codes[:1], clock.read().up_ms, clock.read())
        green += 1
        assert eventually(lambda: arena.receipted() > 0, 120), "it never began"
        began = time.monotonic()
        watched = {part: psutil.Process(arena.running[names[part]].pid) for part in PROCESSES}

        def pass_all() -> None:
            nonlocal frames, green
            reading = clock.read()
            frames += 1
            answers = keeper.see(codes, reading.up_ms + frames * 2_000, reading)
            green += sum(answer.verdict in CROSSINGS for answer in answers)

        coming = list(stalls)
        while green < crossings:
            pass_all()
            if coming and green >= coming[0][0] * crossings:
                _, stall_s = coming.pop(0)
                watched["bridge"].suspend()
                for _ in range(min(BACKLOG, crossings // 100) // AT_ONCE):
                    pass_all()
                time.sleep(stall_s)
                watched["bridge"].resume()
            if frames % (BACKLOG // AT_ONCE // 4) == 0:
                due = green - BACKLOG
                eventually(lambda due=due: arena.receipted() >= due, 120)  # type: ignore[misc]
            if green >= next_look:
                next_look += crossings / samples
                series.add(green, _look(arena, watched))
        eventually(arena.drained, 300)
        seconds = time.monotonic() - began
        arena.settle(outcome, green)
        told = arena.command("audit", "--gate", GATE, within_s=1_800)
    return Soaked(green, seconds, outcome, series, (told.stdout + told.stderr).strip())


def _look(arena: Arena, watched: dict[str, psutil.Process]) -> dict[str, float]:
    seen: dict[str, float] = {}
    for part, process in watched.items():
        with process.oneshot():
            seen[f"{part}.memory_kib"] = _own_kib(process.pid)
            seen[f"{part}.files"] = process.num_fds()
            seen[f"{part}.threads"] = process.num_threads()
    ledger = arena.config(GATE).ledger_path
    seen["gate.wal_kib"] = _kib(ledger.with_name(f"{ledger.name}-wal"))
    seen["bridge.wal_kib"] = _kib(arena.home.folder / "bridge.db-wal")
    return seen


def _own_kib(pid: int) -> float:
    """Return the memory that the process owns, in RAM or swapped out.

    Pages of files (programs, libraries) come and go as the system decides, and are not a leak.
    """
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    fields = dict(line.split(":", 1) for line in status.splitlines())
    return sum(float(fields[name].split()[0]) for name in ("RssAnon", "VmSwap"))


def _kib(path: Path) -> float:
    return path.stat().st_size / 1024 if path.exists() else 0
