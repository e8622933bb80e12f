"""What somebody may see of the alerts, and saying that one sees to it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from starlette.responses import RedirectResponse, Response

from gate_contract.school_day import local_day
from server_bridge.access.roles import Permission, Viewer
from server_bridge.alert_kinds import AlertKind
from server_bridge.alerts.messages import detail_of, where
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

PAST = 100
_LARGEST = 2**53


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert in words. `link` leads to where more is known, empty if nowhere for this viewer;
    `told` are lines about its messages; `can_take`: this viewer may say that they see to it."""

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
    told: tuple[str, ...]
    can_take: bool


def show(visit: PageRequest, connection: sa.Connection) -> Response:
    """Open alerts, then those that are over."""
    return visit.show(
        "alerts.html",
        open_ones=list(_rows(visit, connection, open_alerts(connection))),
        past=list(_rows(visit, connection, past_alerts(connection, PAST))),
    )


def take(visit: PageRequest, connection: sa.Connection) -> Response:
    """The viewer sees to it."""
    number: int = visit.request.path_params["alert"]
    found = find_alert(connection, number) if number < _LARGEST else None
    if found is None or not _may_take(visit.viewer, found):
        raise PageNotFoundError("no such alert for this viewer")
    acknowledge(connection, number, visit.viewer.account, visit.now_ms)
    visit.note("took_alert", found.unit_id, str(number))
    return RedirectResponse("/alerts", 303)


def _rows(
    visit: PageRequest, connection: sa.Connection, found: Sequence[Alert]
) -> Iterator[AlertRow]:
    shown = [alert for alert in found if _may_see(visit.viewer, alert)]
    names = {unit.unit_id: unit.name for unit in all_units(connection)}
    messages = messages_of(connection, [alert.alert for alert in shown])
    cards = [alert.subject for alert in shown if alert.kind == AlertKind.SHARED_CARD]
    people = holders(connection, cards)
    formats = Formats(visit.lang, visit.office.zone)
    today = local_day(visit.now_ms, visit.office.zone)
    for alert in shown:
        told = messages.get(alert.alert, []) if _sees_gates(visit.viewer, alert) else []
        until = alert.resolved_ms
        yield AlertRow(
            alert=alert.alert,
            kind=alert.kind,
            what=say(visit.lang, f"alerts_{alert.kind}"),
            place=where(alert, names, formats),
            link=_link(visit.viewer, alert, people),
            detail=detail_of(alert, formats),
            to_do=say(visit.lang, f"alerts_do_{alert.kind}"),
            since=formats.moment(alert.since_ms, today),
            since_machine=formats.machine(alert.since_ms),
            until=formats.moment(until, today) if until is not None else "",
            taken=_taken(alert, formats, visit) if alert.acknowledged_ms is not None else "",
            told=tuple(_told(one, visit) for one in told),
            can_take=_may_take(visit.viewer, alert) and alert.acknowledged_ms is None,
        )


def _may_see(viewer: Viewer, alert: Alert) -> bool:
    if alert.kind == AlertKind.SHARED_CARD or alert.unit_id is None:
        return _may_take(viewer, alert)
    return viewer.may(Permission.COUNTS, alert.unit_id)


def _may_take(viewer: Viewer, alert: Alert) -> bool:
    """Those who look after gates; of what happens at a school, its office too."""
    is_office = alert.unit_id is not None and viewer.may(Permission.PEOPLE, alert.unit_id)
    return viewer.account is not None and (is_office or _sees_gates(viewer, alert))


def _sees_gates(viewer: Viewer, alert: Alert) -> bool:
    return viewer.may(Permission.GATES, alert.unit_id)


def _link(viewer: Viewer, alert: Alert, people: Mapping[str, tuple[int, str]]) -> str:
    if alert.kind == AlertKind.SHARED_CARD:
        person, unit_id = people.get(alert.subject, (0, ""))
        is_office = person and viewer.may(Permission.PEOPLE, unit_id)
        return f"/units/{unit_id}/people/{person}" if is_office else ""
    if alert.unit_id is not None and _sees_gates(viewer, alert):
        return f"/gates/{alert.subject}"
    return ""


def _taken(alert: Alert, formats: Formats, visit: PageRequest) -> str:
    name = alert.acknowledged_by or say(visit.lang, "alerts_at_the_server")
    today = local_day(visit.now_ms, visit.office.zone)
    time = formats.moment(alert.acknowledged_ms or 0, today)
    return say(visit.lang, "alerts_acknowledged", name=name, time=time)


def _told(message: AlertMessage, visit: PageRequest) -> str:
    values: Mapping[str, object] = {
        "channel": message.channel,
        "tries": message.tries,
        "error": message.error,
    }
    if message.sent_ms is not None:
        return message.channel
    if message.dropped_ms is not None:
        return say(visit.lang, "alerts_dropped", **values)
    return say(visit.lang, "alerts_not_sent" if message.tries else "alerts_waits", **values)


TEMPLATES = Path(__file__).parent / "templates"
DOOR = NavigationItem("/alerts", "alerts_door", Permission.COUNTS)
PAGES = [
    Page("/alerts", Permission.COUNTS, show),
    Page("/alerts/{alert:int}/take", Permission.COUNTS, take, "POST"),
]
