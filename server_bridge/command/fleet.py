"""Commands for the fleet: show gates, change their settings by orders, request their logs."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import click
import msgspec

from gate_contract.errors import SchoolgateError
from gate_contract.orders import LogRequest
from server_bridge.clock import now_ms
from server_bridge.command.gates import DIRECTIONS, direction_of, gate_group, kinds_of
from server_bridge.command.options import home_option, json_option
from server_bridge.fleet.drafting import DistrictParameters
from server_bridge.home import Home, open_home
from server_bridge.i18n.phrases import Lang
from server_bridge.store.gates.certificates import find_gate
from server_bridge.store.gates.gate_logs import newest_log
from server_bridge.store.gates.gate_orders import (
    ChosenSettings,
    CurrentOrders,
    all_orders,
    change_orders,
    find_orders,
)
from server_bridge.store.gates.gate_sheets import GateSheet, sheets_below
from server_bridge.store.gates.health import health_changes
from server_bridge.web.gates.view import update_progress


@gate_group.command("list")
@home_option
@json_option
def gate_list(folder: Path, as_json: bool) -> None:
    """List all gates with school, connection, faults, settings and software.

    A gate that was set up before there were orders shows that its settings are not known here; set
    them once with `gate set`, as they are in its gate.toml.
    """
    told = _fleet(open_home(folder))
    if as_json:
        click.echo(msgspec.json.encode(told))
        return
    for one in told:
        click.echo(f"{one['gate_id']}  {one['unit_id']}  {'  '.join(_states(one))}")


@gate_group.command("show")
@home_option
@json_option
@click.argument("gate_id")
def gate_show(folder: Path, gate_id: str, as_json: bool) -> None:
    """Show one gate: self-test, faults, update progress, what to do, history.

    GATE_ID is its name.
    """
    home = open_home(folder)
    with home.database().read() as connection:
        find_gate(connection, gate_id)
        changes = health_changes(connection, gate_id, 20)
    one = next(one for one in _fleet(home) if one["gate_id"] == gate_id)
    if as_json:
        click.echo(msgspec.json.encode({**one, "history": changes}))
        return
    click.echo(f"{gate_id} at {one['school']} ({one['unit_id']}): {', '.join(_states(one))}")
    if one["update"] and one["update"].wanted:
        click.echo(f"  update: {' '.join(update_progress(one['update'], Lang.EN))}")
    for key in ("software", "settings", "roster", "self_test", "backlog", "fault", "heard"):
        click.echo(f"  {key.replace('_', ' ')}: {_said(one[key])}")
    for change in changes:
        at = datetime.fromtimestamp(change.at_ms / 1000, home.zone)
        click.echo(f"  {at:%Y-%m-%d %H:%M} {change.state} {', '.join(change.faults)}".rstrip())


@gate_group.command("set")
@home_option
@click.argument("gate_id")
@click.option("--direction", type=DIRECTIONS, help="Which way people pass: in, out or auto.")
@click.option("--timezone", help="Time zone, like Asia/Ho_Chi_Minh.")
@click.option(
    "--visitor-ids", help="Visitors' papers that the gate accepts: cccd, bhyt, both, or none."
)
@click.option(
    "--repeat-window",
    type=click.FloatRange(0.5, 3600),
    help="Seconds in which the same card is a repeat.",
)
def gate_set(
    folder: Path,
    gate_id: str,
    direction: str | None,
    timezone: str | None,
    visitor_ids: str | None,
    repeat_window: float | None,
) -> None:
    """Change a gate's settings remotely, by a signed order.

    If GATE_ID does not reconnect to the broker within five minutes under the new settings, it
    restores the old ones and reports that.
    """
    home = open_home(folder)
    with home.database().write() as connection:
        find_gate(connection, gate_id)
        before = find_orders(connection, gate_id)
        old = before.choice if before else ChosenSettings(timezone=home.settings.district.timezone)
        kinds = old.visitor_ids
        if visitor_ids is not None:
            kinds = () if visitor_ids == "none" else kinds_of(visitor_ids)
        choice = ChosenSettings(
            direction_of(direction) if direction else old.direction,
            timezone or old.timezone,
            kinds,
            round(repeat_window * 1000) if repeat_window else old.repeat_window_ms,
        )
        made = change_orders(
            connection, DistrictParameters.of(home), gate_id, now_ms(), choice=choice
        )
    click.echo(
        f"{gate_id}: settings {made.settings_version} are wanted; see: gate-bridge gate show"
    )


@gate_group.command("logs")
@home_option
@click.argument("gate_id")
@click.option("--request", is_flag=True, help="Request the newest lines from the gate.")
@click.option(
    "--lines",
    type=click.IntRange(1, 2000),
    default=500,
    show_default=True,
    help="How many lines to request.",
)
def gate_logs(folder: Path, gate_id: str, request: bool, lines: int) -> None:
    """Print the last log of a gate, or request a new one.

    GATE_ID removes everything that could identify a card before it sends its log. The newest five
    logs are kept.
    """
    home = open_home(folder)
    with home.database().write() as connection:
        find_gate(connection, gate_id)
        before = find_orders(connection, gate_id)
        if request:
            if before is None:
                raise SchoolgateError(unknown_settings([gate_id]))
            now = now_ms()
            logs = LogRequest(number=now, lines=lines)
            desired = msgspec.structs.replace(before.desired, logs=logs)
            change_orders(connection, DistrictParameters.of(home), gate_id, now, desired=desired)
            click.echo(f"{gate_id}: asked for {lines} lines")
            return
        found = newest_log(connection, gate_id)
    if found is None:
        raise SchoolgateError(f"{gate_id} has sent no log yet; ask for one: --request")
    click.echo(found.text)


def unknown_settings(gate_ids: Sequence[str]) -> str:
    """Return a warning about gates that were set up before there were orders.

    Their direction and other settings are not known here, and orders that guess them could reverse
    the direction of some gates.
    """
    return (
        f"the settings of {', '.join(gate_ids[:5])} are not known here; say them once, as they "
        "stand in its gate.toml (which way people pass, visitors' papers), "
        f"with: gate-bridge gate set {gate_ids[0]} --direction in|out|auto"
    )


def _fleet(home: Home) -> list[dict[str, Any]]:
    now = now_ms()
    with home.database().read() as connection:
        sheets = sheets_below(connection, now)
        wanted = {one.gate_id: one for one in all_orders(connection)}
        retired = {
            sheet.state.gate_id: find_gate(connection, sheet.state.gate_id).retired_ms
            for sheet in sheets
        }
    return [
        _told(sheet, wanted.get(sheet.state.gate_id), retired[sheet.state.gate_id], home.zone)
        for sheet in sheets
    ]


def _told(
    sheet: GateSheet, wanted: CurrentOrders | None, retired_ms: int | None, zone: tzinfo
) -> dict[str, Any]:
    told = sheet.health
    scan = told.scan if told else None

    def at(ms: int) -> str:
        return datetime.fromtimestamp(ms / 1000, zone).isoformat()

    update = wanted.desired.update if wanted else None
    return {
        "gate_id": sheet.state.gate_id,
        "unit_id": sheet.state.unit_id,
        "school": sheet.school,
        "online": sheet.state.online,
        "shut_out": sheet.shut_out,
        "retired": at(retired_ms) if retired_ms else None,
        "faults": sheet.state.faults,
        "heard": at(sheet.heard_ms) if sheet.heard_ms else None,
        "backlog": told.backlog if told else None,
        "fault": (told.orders_fault or told.fault) if told else "",
        "self_test": told.self_test if told else {},
        "software": {
            "is": told.software if told else None,
            "wanted": update.version if update else None,
        },
        "update": told.update if told else None,
        "settings_known": wanted is not None,
        "settings": {
            "is": told.settings_version if told else None,
            "wanted": wanted.settings_version if wanted else None,
        },
        "roster": scan.roster_version if scan else None,
    }


def _states(one: dict[str, Any]) -> list[str]:
    online = {True: "online", False: "offline", None: "never heard of"}[one["online"]]
    said = ["out of service" if one["retired"] else online]
    if one["shut_out"] and not one["retired"]:
        said.append("shut out")
    if not one["settings_known"] and not one["retired"]:
        said.append("settings not known here: gate set")
    if one["settings"]["wanted"] and one["settings"]["is"] not in (None, one["settings"]["wanted"]):
        said.append("other settings wanted")
    if one["software"]["wanted"] not in (None, one["software"]["is"]):
        update = one["update"]
        how = ", ".join(filter(None, (update.stage, update.fault))) if update else ""
        told = f" ({how})" if how else ""
        said.append(f"to be updated to {one['software']['wanted']}{told}")
    return [*said, *one["faults"]]


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {word}" for key, word in value.items() if word is not None) or "–"
    return str(value) if value not in (None, "") else "–"
