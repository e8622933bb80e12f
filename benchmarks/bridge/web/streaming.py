"""Measure what open live pages cost the bridge.

The bridge is a process of its own, with streams on real connections, while crossings keep coming.
"""

import asyncio
import multiprocessing
import shutil
import threading
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from multiprocessing.connection import wait
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import httpx

from benchmarks.bridge.web.gate import BenchGate, bench_gates
from benchmarks.bridge.web.page_requests import Scene, Somebody
from benchmarks.bridge.web.year import ZONE
from gate_contract.errors import SchoolgateError
from gate_contract.verdicts import Verdict
from server_bridge.http.binding import binding
from server_bridge.http.server import HttpServer
from server_bridge.ingest.intake import Intake
from server_bridge.store.database import Database
from server_bridge.web.site import site_app

WRITES_PER_S = 4
"""Transactions with crossings a second; ingest folds what arrives together."""


@dataclass(frozen=True, slots=True)
class Load:
    """The number of open pages, the seconds, and the crossings stored each second."""

    pages: int
    crossings_per_s: int
    seconds: float


def measure_streams(
    day: Path, people: Sequence[Somebody], at: Scene, load: Load
) -> dict[str, float]:
    """Return the bridge's processor time with `load`, and with the same crossings but no open page.

    In percent of one core. Works on a copy of the database at `day`.
    """
    with TemporaryDirectory(dir=day.parent) as folder:
        path = Path(folder) / "live.db"
        shutil.copyfile(day, path)
        idle = _run(path, people, at, Load(0, load.crossings_per_s, load.seconds))
        loaded = _run(path, people, at, load)
    return {
        "pages": load.pages,
        "crossings_per_s": load.crossings_per_s,
        "seconds": load.seconds,
        "without_pages_cpu_percent": idle["cpu_percent"],
        "cpu_percent": loaded["cpu_percent"],
        "messages_per_page_s": loaded["messages"] / max(1, load.pages) / load.seconds,
        "kilobytes_per_page_s": loaded["bytes"] / max(1, load.pages) / load.seconds / 1000,
    }


def _run(path: Path, people: Sequence[Somebody], at: Scene, load: Load) -> dict[str, float]:
    here, there = multiprocessing.Pipe()
    begun = time.monotonic()
    process = multiprocessing.get_context("spawn").Process(
        target=_serve, args=[path, at.now_ms, there], daemon=True
    )
    process.start()
    try:
        if here not in wait([here, process.sentinel]):  # however long it takes
            process.join()
            raise SchoolgateError(
                f"the process that serves the bench's pages ended with {process.exitcode}"
            )
        url = here.recv()
        with closing(Database(f"sqlite:///{path}")) as database:
            return asyncio.run(_watch(database, url, people, at, load, here, begun))
    finally:
        process.terminate()
        process.join(20)


def _serve(path: Path, now_ms: int, pipe: Pipe) -> None:
    """Serve the pages until the process is ended; answer each message with the CPU time."""
    begun = time.monotonic()
    with closing(Database(f"sqlite:///{path}")) as database:
        app = site_app(database, lambda: now_ms + int((time.monotonic() - begun) * 1000), ZONE)
        server = HttpServer(app, binding("127.0.0.1", 0))

        def answer() -> None:
            while pipe.recv():
                pipe.send(time.process_time())

        threading.Thread(target=answer, daemon=True).start()
        server.run(pipe.send)


async def _watch(
    database: Database,
    url: str,
    people: Sequence[Somebody],
    at: Scene,
    load: Load,
    pipe: Pipe,
    begun: float,
) -> dict[str, float]:
    taken = _Taken()
    stopping = threading.Event()
    limits = httpx.Limits(max_connections=None)
    async with AsyncExitStack() as stack:
        browser = await stack.enter_async_context(
            httpx.AsyncClient(base_url=url, trust_env=False, timeout=60, limits=limits)
        )
        streams = [
            asyncio.create_task(_look(browser, people[number % len(people)], taken))
            for number in range(load.pages)
        ]
        stack.callback(lambda: [stream.cancel() for stream in streams])
        while taken.opened < load.pages:
            for stream in streams:
                if stream.done():
                    stream.result()
            await asyncio.sleep(0.05)
        writer = threading.Thread(
            target=_keep_crossing, args=[database, at, load, stopping, begun], daemon=True
        )
        writer.start()
        await asyncio.sleep(1)
        before, from_s = _cpu_s(pipe), time.monotonic()
        taken.messages = taken.bytes = 0
        await asyncio.sleep(load.seconds)
        used, span = _cpu_s(pipe) - before, time.monotonic() - from_s
        messages, size = taken.messages, taken.bytes
        stopping.set()
        writer.join(20)
    await asyncio.gather(*streams, return_exceptions=True)
    return {"cpu_percent": 100 * used / span, "messages": messages, "bytes": size}


@dataclass(slots=True)
class _Taken:
    opened: int = 0
    messages: int = 0
    bytes: int = 0


async def _look(browser: httpx.AsyncClient, who: Somebody, taken: _Taken) -> None:
    cookie = {"Cookie": f"schoolgate={who.token}"}
    async with browser.stream("GET", "/events", headers=cookie) as answer:
        answer.raise_for_status()
        taken.opened += 1
        async for line in answer.aiter_lines():
            taken.messages += line.startswith("data:")
            taken.bytes += len(line)


def _keep_crossing(
    database: Database, at: Scene, load: Load, stopping: threading.Event, begun: float
) -> None:
    """Store crossings of random schools again and again."""
    with database.read() as connection:
        gates = bench_gates(connection, "traffic")
    chance = Random(1)
    while not stopping.wait(1 / WRITES_PER_S):
        moment = at.now_ms + int((time.monotonic() - begun) * 1000)
        with database.write() as connection:
            intake = Intake(connection, ZONE)
            for _ in range(max(1, load.crossings_per_s // WRITES_PER_S)):
                gate: BenchGate = chance.choice(gates)
                card_id, kind = chance.choice(gate.cards)
                verdict = chance.choice([Verdict.ADMITTED_IN, Verdict.ADMITTED_OUT])
                intake.take(gate.batch([(moment, card_id, kind, verdict)]), moment)


def _cpu_s(pipe: Pipe) -> float:
    pipe.send(True)
    return float(pipe.recv())
