"""Print the results of spreadsheet imports, the same way in every command."""

from collections.abc import Iterable, Sequence

import click

from gate_contract.errors import SchoolgateError
from server_bridge.sheets.faults import RowRefusal, told

SHOWN = 20
"""Lines of each kind in the terminal; `--json` has all."""


def say_lines(title: str, lines: Sequence[str]) -> None:
    """Print a heading with the number of lines, and the first lines."""
    if not lines:
        return
    click.echo(f"{title}: {len(lines)}")
    for line in lines[:SHOWN]:
        click.echo(f"  {line}")
    if len(lines) > SHOWN:
        click.echo(f"  ... {len(lines) - SHOWN} more; all with --json")


def say_refusals(refusals: Sequence[RowRefusal]) -> None:
    """Print all refusals, since each of them needs a correction."""
    for refusal in refusals:
        click.echo(f"refused {refusal}")


def refusal_rows(refusals: Iterable[RowRefusal]) -> list[dict[str, str]]:
    """Return the refusals as rows of JSON."""
    rows = []
    for refusal in refusals:
        vi, en = told(refusal.fault, refusal.value)
        rows.append({"cell": str(refusal.place), "fault": refusal.fault, "vi": vi, "en": en})
    return rows


def stop_at(refusals: Sequence[RowRefusal], remedy: str = "") -> None:
    """Raise SchoolgateError if there are refusals; it quotes no cell, as it may be logged."""
    if refusals:
        raise SchoolgateError(
            f"{len(refusals)} refused (see above); nothing was imported. Mend the file{remedy}"
        )
