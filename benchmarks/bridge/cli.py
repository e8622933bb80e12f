"""The benchmarks of the bridge, as commands."""

import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import click

from benchmarks.bridge.fleet import Fleet, measure_fleet
from benchmarks.bridge.roster import ProvinceSize, measure
from benchmarks.bridge.web import report
from benchmarks.bridge.web.streaming import Load
from benchmarks.bridge.web.year import YearSize
from server_bridge.command.options import json_option

One = TypeVar("One")


@click.command("roster")
@click.option(
    "--schools",
    type=click.IntRange(1, 600),
    default=600,
    show_default=True,
    help="Schools of the province.",
)
@click.option(
    "--pupils",
    type=click.IntRange(1, 5_000),
    default=460,
    show_default=True,
    help="Pupils of each school.",
)
@click.option(
    "--staff",
    type=click.IntRange(0, 500),
    default=40,
    show_default=True,
    help="Staff of each school.",
)
@click.option("--seed", default=1, show_default=True, help="Another seed, other people.")
@click.option("--url", help="An empty database. Default: SQLite in a temporary folder.")
@json_option
def roster(
    schools: int, pupils: int, staff: int, seed: int, url: str | None, as_json: bool
) -> None:
    """Time the import of a province of invented people.

    Making the spreadsheets is not timed.
    """
    with TemporaryDirectory(prefix="schoolgate-bench-") as folder:
        figures = measure(
            ProvinceSize(schools, pupils, staff, seed), Path(folder), url, watch=_watch
        )
    if as_json:
        click.echo(json.dumps(figures))
        return
    for name, figure in figures.items():
        click.echo(f"{name}: {figure:g}")


@click.command("fleet")
@click.option(
    "--gates",
    type=click.IntRange(1, 2_000),
    default=200,
    show_default=True,
    help="Gates that come online.",
)
@click.option(
    "--records",
    type=click.IntRange(1, 20_000),
    default=600,
    show_default=True,
    help="Records that each gate delivers.",
)
@click.option("--seed", default=1, show_default=True, help="Another seed, other cards.")
@json_option
def fleet(gates: int, records: int, seed: int, as_json: bool) -> None:
    """Time a fleet that comes online at once and delivers its records.

    On a new SQLite database: how long it takes to store the records, to set all gates, to list
    them, and to roll an update out, once to its end and once until a gate gives it up.
    """
    with TemporaryDirectory(prefix="schoolgate-bench-") as folder:
        figures = measure_fleet(Fleet(gates, records, seed), Path(folder))
    if as_json:
        click.echo(json.dumps(figures))
        return
    for name, figure in figures.items():
        click.echo(f"{name}: {figure:g}")


@click.command("web")
@click.option(
    "--database",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder that keeps the databases. Default: a temporary one.",
)
@click.option(
    "--schools",
    type=click.IntRange(2, 600),
    default=60,
    show_default=True,
    help="Schools with crossings.",
)
@click.option(
    "--people",
    type=click.IntRange(1, 5_000),
    default=600,
    show_default=True,
    help="People of each school.",
)
@click.option(
    "--largest",
    type=click.IntRange(1, 5_000),
    default=2_000,
    show_default=True,
    help="People of the first school.",
)
@click.option(
    "--days",
    type=click.IntRange(1, 250),
    default=200,
    show_default=True,
    help="School days of the year.",
)
@click.option(
    "--passes",
    type=click.IntRange(1, 1_000),
    default=40,
    show_default=True,
    help="Requests of each page.",
)
@click.option(
    "--live-pages",
    type=click.IntRange(1, 400),
    default=200,
    show_default=True,
    help="Live pages open at once.",
)
@click.option(
    "--crossings",
    type=click.IntRange(1, 200),
    default=20,
    show_default=True,
    help="Crossings a second while they are open.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(0.1, 600),
    default=30,
    show_default=True,
    help="How long they are open.",
)
@json_option
def web(
    folder: Path | None,
    schools: int,
    people: int,
    largest: int,
    days: int,
    passes: int,
    live_pages: int,
    crossings: int,
    seconds: float,
    as_json: bool,
) -> None:
    """Time every page over a database with a school year of crossings.

    14 million crossings with the defaults: half an hour and 4 GB. Pages are requested by every role
    that may see them, over a database of one day and over one of the year, in turns: server time as
    median, 95th percentile, processor time, and with cold caches. Also: the same figures by
    scanning crossings, and the cost of open live pages.
    """
    size = YearSize(schools, people, largest, days)
    load = Load(live_pages, crossings, seconds)
    kept = nullcontext(folder) if folder else TemporaryDirectory(prefix="schoolgate-bench-")
    with kept as place:
        effort = report.Effort(passes)
        figures = report.measure(Path(place or "."), size, effort, load, _watch)
    if as_json:
        click.echo(json.dumps(figures, ensure_ascii=False))
        return
    for line in report.table(figures):
        click.echo(line)


def _watch(steps: Sequence[One]) -> Iterable[One]:
    if not sys.stderr.isatty():
        yield from steps
        return
    with click.progressbar(steps, file=sys.stderr) as bar:
        yield from bar
