"""`gate-bridge bench`: facts about the server's work, measured here and now."""

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from server_bridge.bench.fleet import Fleet, measure_fleet
from server_bridge.bench.roster import Size, measure
from server_bridge.command.options import json_option
from server_bridge.synthetic.province import School


@click.group("bench")
def bench_group() -> None:
    """Measure how long the server's work takes on this machine."""


@bench_group.command("roster")
@click.option("--schools", type=click.IntRange(1, 600), default=600, show_default=True)
@click.option("--pupils", type=click.IntRange(1, 5_000), default=460, show_default=True)
@click.option("--staff", type=click.IntRange(0, 500), default=40, show_default=True)
@click.option("--seed", default=1, show_default=True, help="Another seed, other people.")
@click.option("--url", help="An empty database. Default: SQLite in a temporary folder.")
@json_option
def bench_roster(
    schools: int, pupils: int, staff: int, seed: int, url: str | None, as_json: bool
) -> None:
    """Import a whole province of people who do not exist, and time it."""
    with TemporaryDirectory(prefix="schoolgate-bench-") as folder:
        figures = measure(Size(schools, pupils, staff, seed), Path(folder), url, watch=_watch)
    if as_json:
        click.echo(json.dumps(figures))
        return
    for name, figure in figures.items():
        click.echo(f"{name}: {figure:g}")


@bench_group.command("fleet")
@click.option("--gates", type=click.IntRange(1, 2_000), default=200, show_default=True)
@click.option("--records", type=click.IntRange(1, 20_000), default=600, show_default=True)
@click.option("--seed", default=1, show_default=True, help="Another seed, other cards.")
@json_option
def bench_fleet(gates: int, records: int, seed: int, as_json: bool) -> None:
    """Let a whole fleet come online at once and hand in its records, and time it."""
    with TemporaryDirectory(prefix="schoolgate-bench-") as folder:
        figures = measure_fleet(Fleet(gates, records, seed), Path(folder))
    if as_json:
        click.echo(json.dumps(figures))
        return
    for name, figure in figures.items():
        click.echo(f"{name}: {figure:g}")


def _watch(schools: Sequence[School]) -> Iterable[School]:
    if not sys.stderr.isatty():
        yield from schools
        return
    with click.progressbar(schools, label="schools", file=sys.stderr) as bar:
        yield from bar
