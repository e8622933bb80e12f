"""The commands of the gate's benchmarks."""

import json
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

import click

from benchmarks.gate import decoding, scanning, sequences
from benchmarks.gate import hostile as hostile_run
from benchmarks.gate import latency as latency_run
from benchmarks.gate.parts import PARTS

SYNTHETIC_FPS = 15.0


class FrameSize(click.ParamType[tuple[int, int]]):
    """An option value such as `1280x960`, as (width, height)."""

    name = "WIDTHxHEIGHT"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Convert the text of the option; fail with the expected format."""
        if isinstance(value, tuple):
            return value
        width, _, height = str(value).partition("x")
        if not (width.isdigit() and height.isdigit() and int(width) and int(height)):
            self.fail(f"{value!r} is not like 1280x960", param, ctx)
        return int(width), int(height)


folder = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.argument("directory", type=folder)
@click.option("--fit", type=FrameSize(), help="Shrink larger images to lie within this size.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def decode(directory: Path, fit: tuple[int, int] | None, *, as_json: bool) -> None:
    """Decode the photographs in DIRECTORY with three decoders and compare.

    labels.tsv in DIRECTORY names the files: file, TAB, text. The decoders are ours, pyzbar and
    zxing-cpp; for each: how many codes were read, and the processor time.
    """
    figures = decoding.measure(directory, fit)
    wrong = figures.pop("wrong")
    for file in figures.pop("unreadable"):
        click.echo(f"skipped, not a readable image: {file}", err=True)
    if as_json:
        click.echo(json.dumps(figures, indent=1))
        return
    click.echo(f"{figures['images']} images")
    _table(figures["pipelines"])
    for name, texts in wrong.items():
        for text in texts:
            click.echo(f"wrong, {name}: {text}")


@click.command()
@click.argument("directory", type=folder, required=False)
@click.option("--synthetic", is_flag=True, help="Synthetic scenes instead of a folder.")
@click.option("--passes", default=40, show_default=True, help="Cards in the synthetic scenes.")
@click.option("--seed", default=1, show_default=True, help="Another seed, other scenes.")
@click.option(
    "--size", type=FrameSize(), default="1280x720", show_default=True, help="Size of the frames."
)
@click.option("--cardless", default=0, show_default=True, help="More frames that show no code.")
@click.option("--union", is_flag=True, help="Also everything we know on whole frames; slow.")
@click.option("--parts", is_flag=True, help="Also our pipeline with one part taken out.")
@click.option("--only", is_flag=True, help="Our own pipeline alone, without the comparison.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def scan(
    directory: Path | None,
    *,
    synthetic: bool,
    passes: int,
    seed: int,
    size: tuple[int, int],
    cardless: int,
    union: bool,
    parts: bool,
    only: bool,
    as_json: bool,
) -> None:
    """Decode sequences of numbered frames as a gate does, and compare decoders.

    truth.tsv in DIRECTORY says which frame shows which card: frame, TAB, card. --synthetic draws
    scenes instead.
    """
    if synthetic == (directory is not None):
        raise click.UsageError("give either a folder or --synthetic")
    moments: Iterable[sequences.SequenceFrame]
    if directory is not None:
        moments = sequences.recorded(directory)
    else:
        moments = sequences.synthetic(passes, seed, fps=SYNTHETIC_FPS, size=size)
    moments = chain(moments, sequences.cardless(cardless, seed, fps=SYNTHETIC_FPS, size=size))
    names = ["schoolgate"] if only else ["schoolgate", "pyzbar", "zxing"]
    names += ["union"] if union else []
    names += list(PARTS) if parts else []
    measured = scanning.Bench(names)
    for moment in moments:
        measured.feed(moment)
    figures = scanning.report(measured)
    if as_json:
        click.echo(json.dumps(figures, indent=1))
        return
    click.echo(" ".join(f"{kind} {count}" for kind, count in figures["frames"].items()))
    _table(figures["pipelines"])
    if figures["ratios_to_pyzbar"]:
        click.echo("as ratios to pyzbar on every frame:")
        _table(figures["ratios_to_pyzbar"])
    for name, reads in figures["false"].items():
        for text in reads:
            click.echo(f"false read, {name}: {text}")


def _table(rows: dict[str, dict[str, Any]]) -> None:
    columns = list(dict.fromkeys(key for row in rows.values() for key in row))
    click.echo(f"{'':28}" + "".join(f"{name:>14}" for name in rows))
    for column in columns:
        cells = (row.get(column) for row in rows.values())
        texts = ("-" if cell is None else f"{cell:g}" for cell in cells)
        click.echo(f"{column:28}" + "".join(f"{text:>14}" for text in texts))


@click.command("hostile")
@click.option("--codes", default=1_000, show_default=True, help="Pictures that are shown.")
@click.option("--seed", default=1, show_default=True, help="Selects the pictures.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def hostile(codes: int, seed: int, *, as_json: bool) -> None:
    """Show the decoder harmful codes, with genuine cards between them.

    Flipped modules, forged texts, broken UTF-8, version 40, structured append, ECI, false lengths,
    other symbologies, no code at all. Prints what was read, every answer, failures of the process,
    and genuine cards that were missed.
    """
    figures = hostile_run.measure(codes, seed)
    if as_json:
        click.echo(json.dumps(figures, indent=1))
        return
    for kind, counts in figures.pop("kinds").items():
        click.echo(f"{kind}: {counts['shown']} shown, {counts['read']} read")
    for name, value in figures.items():
        click.echo(f"{name}: {value}")


@click.command("latency")
@click.option("--passes", default=20, show_default=True, help="Cards that are held up.")
@click.option("--seed", default=1, show_default=True, help="Selects the scenes.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def latency(passes: int, seed: int, as_json: bool) -> None:
    """Time from a frame's capture to the pin's change; the commit is shown apart.

    Camera and pin are simulated; everything between is real.
    """
    figures = latency_run.measure(passes, seed)
    if as_json:
        click.echo(json.dumps(figures))
        return
    for name, value in figures.items():
        click.echo(f"{name}: {value}")
