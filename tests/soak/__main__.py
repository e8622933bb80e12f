"""Run a soak test: `python -m tests.soak [--crossings N] [--json FILE] [--plant BUG]`.

It exits with 1 if anything grew, was lost or was counted twice. `--judge FILE` judges the samples
of an earlier run again.
"""

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.faults.arena import GATE
from tests.soak.run import Series, Soaked, soak
from tests.soak.slope import Slope, after_warm_up, plot, slope


def main() -> None:
    """Run the soak, print a plot of everything measured, and judge it."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--crossings", type=int, default=1_000_000)
    parser.add_argument("--json", type=Path, help="write all samples and slopes to this file")
    parser.add_argument("--plant", help="a bug for the uplink (tests/faults/plants.py): must fail")
    parser.add_argument("--judge", type=Path, help="samples that an earlier run wrote by --json")
    chosen = parser.parse_args()
    if chosen.judge:
        written = json.loads(chosen.judge.read_text())
        series = Series(written["at"], written["values"])
        slopes = judge(series)
        print(*plots(series, slopes), sep="\n")  # noqa: T201
        sys.exit(not all(each.is_flat for each in slopes.values()))
    plants = {f"uplink {GATE}": chosen.plant} if chosen.plant else None
    with tempfile.TemporaryDirectory(prefix="schoolgate-soak-") as folder:
        soaked = soak(Path(folder) / "arena", chosen.crossings, plants=plants)
    slopes = judge(soaked.series)
    for line in told(soaked, slopes):
        print(line)  # noqa: T201
    if chosen.json:
        chosen.json.write_text(json.dumps(as_json(soaked, slopes)))
    sys.exit(not (soaked.outcome.is_clean and all(each.is_flat for each in slopes.values())))


def judge(series: Series) -> dict[str, Slope]:
    """Return the slope of each series after the warm-up."""
    return {name: slope(after_warm_up(series.at, values)) for name, values in series.values.items()}


def told(soaked: Soaked, slopes: dict[str, Slope]) -> list[str]:
    """Return the report's lines."""
    lines = plots(soaked.series, slopes)
    rate = soaked.crossings / soaked.seconds
    lines.append(
        f"{soaked.crossings:,} crossings in {soaked.seconds:,.0f} s ({rate:,.0f}/s): "
        f"lost {soaked.outcome.lost}, duplicated {soaked.outcome.duplicated}"
    )
    return [*lines, *soaked.proof.splitlines()]


def plots(series: Series, slopes: dict[str, Slope]) -> list[str]:
    """Return a line for each series, without the warm-up."""
    lines = []
    for name, every in series.values.items():
        values = [value for _, value in after_warm_up(series.at, every)]
        found = slopes[name]
        verdict = "flat" if found.is_flat else "GROWS"
        lines.append(
            f"{name:16} {plot(values):48} {min(values):9,.0f} to {max(values):9,.0f}; "
            f"{found.per_million:+10,.1f} ±{found.margin:,.1f} per million, "
            f"usually {found.usual_from:+,.1f} or more: {verdict}"
        )
    return lines


def as_json(soaked: Soaked, slopes: dict[str, Slope]) -> dict[str, object]:
    """Return everything as JSON."""
    return {
        "crossings": soaked.crossings,
        "seconds": soaked.seconds,
        "lost": soaked.outcome.lost,
        "duplicated": soaked.outcome.duplicated,
        "at": soaked.series.at,
        "values": soaked.series.values,
        "slopes": {name: asdict(each) for name, each in slopes.items()},
    }


if __name__ == "__main__":
    main()
