"""Commands that run the bridge, show its counts and verify its ledgers."""

from pathlib import Path

import click
import msgspec

from gate_contract.errors import SchoolgateError
from server_bridge.clock import now_ms
from server_bridge.command.broker_files import outdated_broker
from server_bridge.command.options import home_option, json_option
from server_bridge.home import open_home
from server_bridge.reports.proof import misreported
from server_bridge.serve.process import serve
from server_bridge.store.crossings.audit import count_faults, prove_ledgers
from server_bridge.store.crossings.dead_letters import letter_counts
from server_bridge.store.live import snapshot, unit_counts


@click.command()
@home_option
@json_option
def counts(folder: Path, as_json: bool) -> None:
    """Print today's counts of every unit, and how many messages were refused.

    --json has all numbers, by kind of card.
    """
    home = open_home(folder)
    with home.database().read() as connection:
        shown = snapshot(connection, now_ms(), home.zone)
        set_aside = sum(letter_counts(connection).values())
    told = [unit_counts(state, shown) for state in shown.units]
    if as_json:
        click.echo(msgspec.json.encode({"units": told, "set_aside": set_aside}))
        return
    for unit in told:
        click.echo(
            f"{unit.name}: {unit.inside} inside, {unit.entered} in, {unit.left} out, "
            f"{unit.refused} refused"
        )
    if set_aside:
        click.echo(f"{set_aside} messages could not be taken and were set aside")


@click.group("ledger")
def ledger_group() -> None:
    """Verify the crossings as the gates recorded them."""


@ledger_group.command("verify")
@home_option
@json_option
def ledger_verify(folder: Path, as_json: bool) -> None:
    """Verify every gate's hash chain, and recount every count and figure.

    Uses the stored rows only. Records that were lost before they arrived are listed.
    """
    home = open_home(folder)
    with home.database().read() as connection:
        proofs = prove_ledgers(connection)
        wrong = count_faults(connection)
        misreports = misreported(connection, home.zone)
    if as_json:
        told = {"ledgers": proofs, "miscounted": wrong, "misreported": misreports}
        click.echo(msgspec.json.encode(told))
    else:
        for proof in proofs:
            state = proof.fault or f"{proof.records} records, all there, none altered"
            lost = f"; {proof.missing} were lost before they arrived" if proof.missing else ""
            click.echo(f"{proof.gate_id} {proof.ledger_id[:8]}: {state}{lost}")
        click.echo(f"miscounted: {', '.join(wrong)}" if wrong else "counts equal a recount")
        click.echo(
            f"misreported: {', '.join(misreports)}" if misreports else "reports equal a recount"
        )
    if wrong or misreports or any(proof.fault for proof in proofs):
        raise SchoolgateError("what is stored is not what the gates wrote; keep a copy of the file")


@click.command("serve")
@home_option
def serve_all(folder: Path) -> None:
    """Run everything in one process: ingest, counts topics, web pages.

    Prints the address of the pages. This is the service gate-bridge. If the broker's files are
    older than what this version would write, as after an upgrade, it says so and which command
    renews them.
    """
    _say_broker(folder)
    serve(open_home(folder), ingest=True, web=True, on_page=_say_page)


@click.command("ingest")
@home_option
def serve_ingest(folder: Path) -> None:
    """Run ingest and the counts topics without the web pages."""
    _say_broker(folder)
    serve(open_home(folder), ingest=True, web=False, on_page=_say_page)


@click.command("web")
@home_option
def serve_web(folder: Path) -> None:
    """Run the web pages without ingest.

    As with `serve`, [web] in bridge.toml says where the pages can be reached.
    """
    serve(open_home(folder), ingest=False, web=True, on_page=_say_page)


def _say_broker(folder: Path) -> None:
    if said := outdated_broker(open_home(folder)):
        click.echo(said, err=True)


def _say_page(url: str) -> None:
    click.echo(f"live page: {url}")
