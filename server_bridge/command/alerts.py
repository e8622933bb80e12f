"""Commands for alerts: list them, test a channel, acknowledge one."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec
from msgspec import Struct

from gate_contract.errors import SchoolgateError
from server_bridge.alert_kinds import AlertKind
from server_bridge.alerts.sending import send
from server_bridge.alerts.texts import say
from server_bridge.clock import now_ms
from server_bridge.command.options import home_option, json_option
from server_bridge.home import open_home
from server_bridge.serve.alert_watch import channels_of
from server_bridge.store.alerts.alert_messages import waiting
from server_bridge.store.alerts.alerts import Alert, acknowledge, open_alerts, past_alerts

PAST = 50


class _Told(Struct, frozen=True):
    """An alert as JSON. `subject` is empty for a card: the school's office sees it on its page."""

    alert: int
    kind: str
    unit: str | None
    subject: str
    detail: str
    since: datetime
    until: datetime | None
    acknowledged: bool


@click.group("alert")
def alert_group() -> None:
    """List alerts, test their channels, acknowledge them."""


@alert_group.command("list")
@home_option
@click.option("--past", is_flag=True, help="Also the last 50 that are over.")
@json_option
def alert_list(folder: Path, past: bool, as_json: bool) -> None:
    """List open alerts, and messages that could not be sent yet.

    Cards are not named.
    """
    home = open_home(folder)
    with closing(home.database()) as database, database.read() as connection:
        shown = open_alerts(connection) + (past_alerts(connection, PAST) if past else [])
        unsent = waiting(connection)
    told = [_told(one) for one in shown]
    if as_json:
        click.echo(msgspec.json.encode({"alerts": told, "unsent": unsent}))
        return
    for one in told:
        until = f" until {one.until}" if one.until else ""
        seen_to = " (somebody sees to it)" if one.acknowledged and not one.until else ""
        where = " ".join(filter(None, (one.unit, one.subject, one.detail)))
        click.echo(f"{one.alert}: {one.kind}: {where}: since {one.since}{until}{seen_to}")
    for message in unsent:
        click.echo(f"not sent to {message.channel}: {message.error or 'not tried yet'}")


@alert_group.command("test")
@home_option
@click.argument("name", metavar="CHANNEL")
def alert_test(folder: Path, name: str) -> None:
    """Send a test message to a CHANNEL, and say which address failed and why."""
    home = open_home(folder)
    channels = channels_of(home)
    channel = channels.find(name)
    if channel is None:
        known = ", ".join(one.name for one in channels.all) or "none"
        raise SchoolgateError(
            f"there is no channel {name}; there are: {known}. See docs/how-to/alerts.md"
        )
    title = f"Schoolgate: {say(channel.language, 'alerts_test_title')}"
    send(channel, title, say(channel.language, "alerts_test_body"))
    click.echo(f"{name}: every address took it ({len(channel.urls)})")


@alert_group.command("ack")
@home_option
@click.argument("number", type=int)
def alert_ack(folder: Path, number: int) -> None:
    """Record that somebody handles an alert, as the button on its page does.

    NUMBER is the alert's in `alert list`.
    """
    home = open_home(folder)
    with closing(home.database()) as database, database.write() as connection:
        acknowledge(connection, number, None, now_ms())
    click.echo(f"alert {number}: somebody sees to it")


def _told(one: Alert) -> _Told:
    return _Told(
        one.alert,
        one.kind,
        one.unit_id,
        "" if one.kind == AlertKind.SHARED_CARD else one.subject,
        one.detail,
        _time(one.since_ms),
        None if one.resolved_ms is None else _time(one.resolved_ms),
        one.acknowledged_ms is not None,
    )


def _time(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms // 1000, UTC)
