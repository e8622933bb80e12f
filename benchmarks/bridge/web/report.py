"""Measure everything about the pages in one run, and print it as a table."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import sqlalchemy as sa

from benchmarks.bridge.web.page_requests import (
    Ask,
    Scene,
    Somebody,
    a_person,
    page_requests,
    prepare_data,
    scene,
)
from benchmarks.bridge.web.scanning import peers
from benchmarks.bridge.web.streaming import Load, measure_streams
from benchmarks.bridge.web.timing import Site, Took, time_pages
from benchmarks.bridge.web.year import ZONE, Watch, YearSize, make_pair, now_ms
from gate_contract.errors import SchoolgateError
from server_bridge.reports.tallying import tally_due
from server_bridge.store.database import Database
from server_bridge.store.schema.base import ledgers

LIMIT_MS = 50.0

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Effort:
    """How often each page is requested: warm, and cold."""

    passes: int = 40
    cold: int = 3


@dataclass(frozen=True, slots=True)
class _Asked:
    """One of the two databases, and the requests to its pages."""

    path: Path
    at: Scene
    people: list[Somebody]
    asks: list[Ask]
    person: int
    crossings: int


def measure(
    folder: Path, size: YearSize, effort: Effort, load: Load, watch: Watch = iter
) -> Figures:
    """Measure everything. `folder` takes the databases, or has them already.

    Raises:
        SchoolgateError: a page cannot be requested, or answers with an error.
    """
    pair = make_pair(folder, size, watch)
    day, year = _prepare(pair.day, size), _prepare(pair.year, size)
    sites = [Site(one.path, one.asks) for one in (day, year)]
    time_pages(sites, now_ms(size), passes=effort.passes, cold=effort.cold)
    pages = [_page(*three) for three in zip(day.asks, *(site.took for site in sites), strict=True)]
    return {
        "size": asdict(size),
        "crossings": {"day": day.crossings, "year": year.crossings},
        "bytes": {"day": day.path.stat().st_size, "year": year.path.stat().st_size},
        "pages": pages,
        "slower_than_50_ms": [
            f"{page['path']} ({page['who']})"
            for page in pages
            if page["html"] and max(page[of]["median_ms"] for of in ("day", "year")) > LIMIT_MS
        ],
        "peers": peers(day.path, year.path, year.at, year.person),
        "streams": measure_streams(day.path, day.people, day.at, load),
    }


def table(figures: Figures) -> Iterator[str]:
    """Yield the figures as lines for people."""
    numbers = figures["crossings"]
    yield f"a day of {numbers['day']:,} crossings, a year of {numbers['year']:,}; ms of server time"
    yield ""
    columns = "median | p95 | CPU | cold"
    yield f"| page | who | kB | day: {columns} | year: {columns} | year/day |"
    yield "|---|---|---|---|---|---|---|---|---|---|---|---|"
    for page in figures["pages"]:
        cells = [
            f"{page[of][name]:.1f}"
            for of in ("day", "year")
            for name in ("median_ms", "p95_ms", "cpu_ms", "cold_ms")
        ]
        kilobytes = f"{page['bytes'] / 1000:.0f}"
        cells = [page["page"], page["who"], kilobytes, *cells, f"{page['ratio']:.2f}"]
        yield f"| {' | '.join(cells)} |"
    yield ""
    yield "| question | day: scan | kept | year: scan | kept |"
    yield "|---|---|---|---|---|"
    for name, ms in figures["peers"].items():
        cells = [
            f"{ms[f'{how}_{of}_ms']:.1f}" for of in ("day", "year") for how in ("scan", "kept")
        ]
        yield f"| {' | '.join([name, *cells])} |"
    yield ""
    streams = figures["streams"]
    yield (
        f"{streams['pages']} open live pages at {streams['crossings_per_s']} crossings a second: "
        f"{streams['cpu_percent']:.1f} % of a core "
        f"({streams['without_pages_cpu_percent']:.1f} % without any page)"
    )
    slow = figures["slower_than_50_ms"]
    yield f"slower than 50 ms: {', '.join(slow)}" if slow else "no page is slower than 50 ms"


def _prepare(path: Path, size: YearSize) -> _Asked:
    with closing(Database(f"sqlite:///{path}")) as database:
        database.migrate()  # the database may be from an earlier run
        tally_due(database, now_ms(size), ZONE)
        with database.write() as connection:
            at = scene(connection, now_ms(size))
            people = prepare_data(connection, at)
            crossings = sa.select(sa.func.sum(ledgers.c.stored_through))
            return _Asked(
                path,
                at,
                people,
                page_requests(connection, people, at),
                a_person(connection, at.largest, at),
                int(connection.execute(crossings).scalar_one()),
            )


def _page(ask: Ask, day: Took, year: Took) -> Figures:
    if day.status != year.status or year.status >= 500:
        raise SchoolgateError(f"{ask.path} for {ask.who.name}: {day.status}, then {year.status}")
    told = {"day": _told(day), "year": _told(year)}
    return {
        "page": ask.page,
        "path": ask.path,
        "who": ask.who.name,
        "status": year.status,
        "html": year.html,
        "bytes": year.size,
        **told,
        "ratio": told["year"]["median_ms"] / told["day"]["median_ms"],
    }


def _told(took: Took) -> dict[str, float]:
    return {
        "median_ms": median(took.warm),
        "p95_ms": _p95(took.warm),
        "cpu_ms": median(took.cpu),
        "cold_ms": median(took.cold),
        "first_ms": took.first,
    }


def _p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]
