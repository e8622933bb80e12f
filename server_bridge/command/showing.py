"""What commands that import spreadsheets say, and in the same words."""

from collections.abc import Iterable, Sequence

import click

from gate_contract.errors import SchoolgateError
from server_bridge.sheets.faults import RowRefusal, told

SHOWN = 20
"""So many lines of each kind in the terminal; `--json` has all."""


def say_lines(title: str, lines: Sequence[str]) -> None:
    """A heading with its number, and the first lines."""
    if not lines:
        return
    click.echo(f"{title}: {len(lines)}")
    for line in lines[:SHOWN]:
        click.echo(f"  {line}")
    if len(lines) > SHOWN:
        click.echo(f"  ... {len(lines) - SHOWN} more; all with --json")


def say_refusals(refusals: Sequence[RowRefusal]) -> None:
    """All of them: each is a thing to mend."""
    for refusal in refusals:
        click.echo(f"refused {refusal}")


def refusal_rows(refusals: Iterable[RowRefusal]) -> list[dict[str, str]]:
    """For machines."""
    rows = []
    for refusal in refusals:
        vi, en = told(refusal.fault, refusal.value)
        rows.append({"cell": str(refusal.place), "fault": refusal.fault, "vi": vi, "en": en})
    return rows


def stop_at(refusals: Sequence[RowRefusal], remedy: str = "") -> None:
    """Raises SchoolgateError if there are refusals; without any cell's content, for logs."""
    if refusals:
        raise SchoolgateError(
            f"{len(refusals)} refused (see above); nothing was imported. Mend the file{remedy}"
        )
