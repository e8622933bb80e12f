"""Commands for the software of gates: order an update, and run automatic roll-outs."""

import re
from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

import click
import msgspec
import sqlalchemy as sa

from gate_contract.errors import SchoolgateError
from gate_contract.orders import Update
from server_bridge.clock import now_ms
from server_bridge.command.fleet import unknown_settings
from server_bridge.command.gates import gate_group
from server_bridge.command.options import home_option, json_option
from server_bridge.fleet.bundles import address_of, forget_others, keep_bundle, keep_key, measure
from server_bridge.fleet.drafting import DistrictParameters
from server_bridge.fleet.rolling import RolloutWatch, in_reach, withdraw
from server_bridge.fleet.rollout import decide
from server_bridge.fleet.staging import choose, runs
from server_bridge.home import Home, open_home
from server_bridge.store.gates.gate_orders import CurrentOrders, standings, want
from server_bridge.store.gates.gate_sheets import sheets_below
from server_bridge.store.gates.rollouts import (
    Rollout,
    RolloutGate,
    begin,
    end,
    keep_told,
    newest,
    told_gates,
)

HOUR_MS = 3_600_000


@gate_group.command("update")
@home_option
@click.option("--version", "software", required=True, help="Version of the image in the file.")
@click.option(
    "--file",
    "file",
    type=click.Path(path_type=Path),
    required=True,
    help="The update bundle (.raucb).",
)
@click.option("--url", default="", help="https address where gates fetch it. Default: this bridge.")
@click.option(
    "--update-ca",
    type=click.Path(path_type=Path),
    help="Certificate of the update key; needed once, for gates that have none.",
)
@click.option(
    "--stage",
    type=click.Choice(["one", "ten", "all"]),
    default="one",
    help="How many gates to order: one, ten, all.",
)
@click.option("--auto", is_flag=True, help="Start each next stage automatically.")
@click.option(
    "--well-hours",
    type=click.FloatRange(0, 1000),
    default=24,
    show_default=True,
    help="With --auto: hours online without a new fault before the next stage.",
)
@click.option("--unit", "unit_id", help="Only gates of this unit and those below it.")
@click.option("--gate", "gate_ids", multiple=True, help="Begin with this gate; may be repeated.")
@click.option("--from", "from_time", default="20:00", show_default=True, help="Local time.")
@click.option("--until", "until_time", default="04:00", show_default=True, help="Local time.")
@click.option("--force", is_flag=True, help="Even if the stage before is not well.")
def gate_update(
    folder: Path,
    software: str,
    file: Path,
    url: str,
    update_ca: Path | None,
    stage: str,
    auto: bool,
    well_hours: float,
    unit_id: str | None,
    gate_ids: tuple[str, ...],
    from_time: str,
    until_time: str,
    force: bool,
) -> None:
    """Order gates to install an update, in stages: one gate, ten, all.

    The next stage begins only when all gates before run the update and are well. With --auto the
    bridge does so by itself, and stops with an alert if a gate gives the update up. Gates accept
    only exactly this file. Run the command again to retry on gates that have stopped trying.
    """
    home, now = open_home(folder), now_ms()
    hours = _minute(from_time), _minute(until_time)
    with home.database().read() as connection:
        running = newest(connection)
        sheets_below(connection, now, unit_id)  # checked before a large file is copied
    if running and running.state == "running":
        raise SchoolgateError(
            f"{running.wanted.version} is being rolled out; see: gate-bridge gate rollout show. "
            "It is ended with: gate-bridge gate rollout stop"
        )
    if update_ca:
        keep_key(home, update_ca)
    wanted = _update(home, now, software, url, file, hours)
    with home.database().write() as connection:
        before = {one.gate_id: one for one in standings(connection)}
        sheets = [one for one in sheets_below(connection, now, unit_id) if not one.shut_out]
        left_out = [sheet.state.gate_id for sheet in sheets if sheet.state.gate_id not in before]
        if unknown := [gate_id for gate_id in gate_ids if gate_id in left_out]:
            raise SchoolgateError(unknown_settings(unknown))
        if auto:
            need_ms = round(well_hours * HOUR_MS)
            _begin(connection, wanted, unit_id, gate_ids, need_ms, before, now)
        else:
            chosen = choose(
                [sheet for sheet in sheets if sheet.state.gate_id in before],
                {gate_id: one.wish.update for gate_id, one in before.items()},
                wanted,
                stage=stage,
                first=gate_ids,
                force=force,
            )
            district = DistrictParameters.of(home)
            for gate_id in chosen:
                wish = msgspec.structs.replace(before[gate_id].wish, update=wanted)
                want(connection, district, gate_id, now, wish=wish)
            click.echo(f"{len(chosen)} gates are told: {', '.join(chosen[:10])}")
        _forget_bundles(home, connection, wanted)
    if auto:
        with closing(home.database()) as database:
            decision = RolloutWatch(database, lambda: DistrictParameters.of(home)).step(now)
        told = decision.tell if decision else ()
        click.echo(
            f"{software}: {len(told)} gates are told now ({', '.join(told)}). The bridge tells the "
            f"others when those before have been well for {well_hours:g} hours online"
        )
    if left_out:
        click.echo(f"{len(left_out)} gates are left out: {unknown_settings(left_out)}")


@gate_group.group("rollout")
def rollout_group() -> None:
    """Show or stop the automatic roll-out of an update."""


@rollout_group.command("show")
@home_option
@json_option
def rollout_show(folder: Path, as_json: bool) -> None:
    """Show how far the automatic roll-out is and which gates it waits for."""
    home = open_home(folder)
    with home.database().read() as connection:
        rollout = _newest(connection)
        sheets = in_reach(connection, rollout, now_ms())
        told = told_gates(connection, rollout.rollout)
    decision = decide(rollout, told, sheets)
    running = [gate_id for gate_id, sheet in sheets.items() if runs(sheet, rollout.wanted)]
    waits = decision.waits if rollout.state == "running" else ()
    if as_json:
        shown = {
            "version": rollout.wanted.version,
            "state": rollout.state,
            "gates": len(sheets),
            "told": [one.gate_id for one in told],
            "runs": running,
            "waits": waits,
            "gate_id": rollout.gate_id,
            "fault": rollout.fault,
        }
        click.echo(msgspec.json.encode(shown))
        return
    since = datetime.fromtimestamp((rollout.ended_ms or rollout.started_ms) / 1000, home.zone)
    click.echo(f"{rollout.wanted.version}: {rollout.state} since {since:%Y-%m-%d %H:%M}")
    click.echo(f"  {len(told)} of {len(sheets)} gates are told, {len(running)} run it")
    if rollout.fault:
        click.echo(f"  stopped by {rollout.gate_id}: {rollout.fault}")
    for one in waits[:20]:
        left = f", {one.left_ms / HOUR_MS:.1f} h to go" if one.left_ms else ""
        click.echo(f"  waits for {one.gate_id}: {one.why.replace('_', ' ')}{left}")


@rollout_group.command("stop")
@home_option
def rollout_stop(folder: Path) -> None:
    """Stop the automatic roll-out and cancel the update where it does not run.

    Also where it is installed and not yet tried. Gates that run the update keep it.
    """
    home, now = open_home(folder), now_ms()
    with home.database().write() as connection:
        rollout = _newest(connection)
        if rollout.state not in ("running", "stopped"):
            raise SchoolgateError(f"{rollout.wanted.version} is {rollout.state} already")
        end(connection, rollout.rollout, "ended", now, rollout.gate_id, rollout.fault)
        withdrawn = withdraw(connection, DistrictParameters.of(home), rollout, now)
    click.echo(
        f"{rollout.wanted.version}: ended; {len(withdrawn)} gates are not to have it any more. "
        "Those that run it keep it"
    )


def _newest(connection: sa.Connection) -> Rollout:
    rollout = newest(connection)
    if rollout is None:
        raise SchoolgateError("nothing was rolled out yet; see: gate-bridge gate update")
    return rollout


def _begin(
    connection: sa.Connection,
    wanted: Update,
    unit_id: str | None,
    first: Sequence[str],
    need_ms: int,
    before: dict[str, CurrentOrders],
    now: int,
) -> None:
    """Start a roll-out; gates that were ordered the same file before count as ordered."""
    there = {sheet.state.gate_id: sheet for sheet in sheets_below(connection, now, unit_id)}
    if unknown := [gate_id for gate_id in first if gate_id not in there]:
        raise SchoolgateError(
            f"there is no gate {unknown[0]} to update; see: gate-bridge gate list"
        )
    number = begin(connection, wanted, unit_id, first, need_ms, now)
    same = [
        RolloutGate(gate_id, now, frozenset(there[gate_id].state.faults))
        for gate_id, one in before.items()
        if gate_id in there
        and one.wish.update
        and (one.wish.update.version, one.wish.update.sha256) == (wanted.version, wanted.sha256)
    ]
    keep_told(connection, number, same)


def _forget_bundles(home: Home, connection: sa.Connection, wanted: Update) -> None:
    told = {one.wish.update.sha256 for one in standings(connection) if one.wish.update}
    with suppress(OSError):  # older bundles only take disk space
        forget_others(home, told | {wanted.sha256})


def _update(
    home: Home, now: int, software: str, url: str, file: Path, hours: tuple[int, int]
) -> Update:
    if not url:
        address_of(home, b"")  # checked before a large file is copied
    measured = measure(file) if url else keep_bundle(home, file)
    told = {
        "number": now,
        "version": software,
        "url": url or address_of(home, measured.sha256),
        "size": measured.size,
        "sha256": measured.sha256,
        "from_minute": hours[0],
        "until_minute": hours[1],
    }
    try:
        return msgspec.convert(told, Update)
    except msgspec.ValidationError as error:
        raise SchoolgateError(
            f"{error}; an update is fetched by https, and has a version"
        ) from None


def _minute(text: str) -> int:
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text)
    if not match:
        raise SchoolgateError(f"{text!r} is no time of day; write it as 20:00")
    return int(match[1]) * 60 + int(match[2])
