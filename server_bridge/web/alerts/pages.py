"""The alerts page, as far as the viewer may see it, and the form to acknowledge an alert."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from starlette.responses import RedirectResponse, Response

from gate_contract.school_day import local_day
from server_bridge.access.roles import Permission, Viewer
from server_bridge.alert_kinds import AlertKind
from server_bridge.alerts.messages import detail_of, place_of
from server_bridge.alerts.texts import say
from server_bridge.i18n.formats import Formats
from server_bridge.store.alerts.alert_messages import AlertMessage, messages_of
from server_bridge.store.alerts.alerts import (
    Alert,
    acknowledge,
    find_alert,
    open_alerts,
    past_alerts,
)
from server_bridge.store.people.card_people import holders
from server_bridge.store.units.tree import all_units
from server_bridge.web.app.layout import NavigationItem
from server_bridge.web.app.page import Page, PageNotFoundError, PageRequest

MAX_PAST = 100
"""The number of resolved alerts shown."""
_LARGEST = 2**53


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert as text.

    `link` is the page with details, empty if the viewer may see none. `messages` are lines about
    the notifications sent. `can_take`: the viewer may acknowledge the alert.
    """

    alert: int
    kind: str
    what: str
    place: str
    link: str
    detail: str
    to_do: str
    since: str
    since_machine: str
    until: str
    taken: str
    messages: tuple[str, ...]
    can_take: bool


def show(request: PageRequest, connection: sa.Connection) -> Response:
    """Show the open alerts, then the resolved ones."""
    return request.show(
        "alerts.html",
        open_ones=list(_rows(request, connection, open_alerts(connection))),
        past=list(_rows(request, connection, past_alerts(connection, MAX_PAST))),
    )


def take(request: PageRequest, connection: sa.Connection) -> Response:
    """Acknowledge an alert for the viewer."""
    number: int = request.http.path_params["alert"]
    found = find_alert(connection, number) if number < _LARGEST else None
    if found is None or not _may_take(request.viewer, found):
        raise PageNotFoundError("no such alert for this viewer")
    acknowledge(connection, number, request.viewer.account, request.now_ms)
    request.note("took_alert", found.unit_id, str(number))
    return RedirectResponse("/alerts", 303)


def _rows(
    request: PageRequest, connection: sa.Connection, found: Sequence[Alert]
) -> Iterator[AlertRow]:
    shown = [alert for alert in found if _may_see(request.viewer, alert)]
    names = {unit.unit_id: unit.name for unit in all_units(connection)}
    messages = messages_of(connection, [alert.alert for alert in shown])
    cards = [alert.subject for alert in shown if alert.kind == AlertKind.SHARED_CARD]
    people = holders(connection, cards)
    formats = Formats(request.lang, request.context.zone)
    today = local_day(request.now_ms, request.context.zone)
    for alert in shown:
        sent = messages.get(alert.alert, []) if _maintains_gates(request.viewer, alert) else []
        until = alert.resolved_ms
        yield AlertRow(
            alert=alert.alert,
            kind=alert.kind,
            what=say(request.lang, f"alerts_{alert.kind}"),
            place=place_of(alert, names, formats),
            link=_link(request.viewer, alert, people),
            detail=detail_of(alert, formats),
            to_do=say(request.lang, f"alerts_do_{alert.kind}"),
            since=formats.moment(alert.since_ms, today),
            since_machine=formats.machine(alert.since_ms),
            until=formats.moment(until, today) if until is not None else "",
            taken=_acknowledgement(alert, formats, request)
            if alert.acknowledged_ms is not None
            else "",
            messages=tuple(_message_line(one, request) for one in sent),
            can_take=_may_take(request.viewer, alert) and alert.acknowledged_ms is None,
        )


def _may_see(viewer: Viewer, alert: Alert) -> bool:
    if alert.kind == AlertKind.SHARED_CARD or alert.unit_id is None:
        return _may_take(viewer, alert)
    return viewer.may(Permission.COUNTS, alert.unit_id)


def _may_take(viewer: Viewer, alert: Alert) -> bool:
    """Return whether the viewer maintains the unit's gates or belongs to the school's office."""
    is_office = alert.unit_id is not None and viewer.may(Permission.PEOPLE, alert.unit_id)
    return viewer.account is not None and (is_office or _maintains_gates(viewer, alert))


def _maintains_gates(viewer: Viewer, alert: Alert) -> bool:
    return viewer.may(Permission.GATES, alert.unit_id)


def _link(viewer: Viewer, alert: Alert, people: Mapping[str, tuple[int, str]]) -> str:
    if alert.kind == AlertKind.SHARED_CARD:
        person, unit_id = people.get(alert.subject, (0, ""))
        is_office = person and viewer.may(Permission.PEOPLE, unit_id)
        return f"/units/{unit_id}/people/{person}" if is_office else ""
    if alert.unit_id is not None and _maintains_gates(viewer, alert):
        return f"/gates/{alert.subject}"
    return ""


def _acknowledgement(alert: Alert, formats: Formats, request: PageRequest) -> str:
    name = alert.acknowledged_by or say(request.lang, "alerts_at_the_server")
    today = local_day(request.now_ms, request.context.zone)
    time = formats.moment(alert.acknowledged_ms or 0, today)
    return say(request.lang, "alerts_acknowledged", name=name, time=time)


def _message_line(message: AlertMessage, request: PageRequest) -> str:
    values: Mapping[str, object] = {
        "channel": message.channel,
        "tries": message.tries,
        "error": message.error,
    }
    if message.sent_ms is not None:
        return message.channel
    if message.dropped_ms is not None:
        return say(request.lang, "alerts_dropped", **values)
    return say(request.lang, "alerts_not_sent" if message.tries else "alerts_waits", **values)


TEMPLATES = Path(__file__).parent / "templates"
NAVIGATION_ITEM = NavigationItem("/alerts", "alerts_nav", Permission.COUNTS)
PAGES = [
    Page("/alerts", Permission.COUNTS, show),
    Page("/alerts/{alert:int}/take", Permission.COUNTS, take, "POST"),
]
