"""The gates pages: the list of all gates that the viewer maintains, and one with its history."""

from datetime import date

import sqlalchemy as sa
from starlette.responses import Response

from gate_contract.school_day import local_day
from server_bridge.access.roles import Permission
from server_bridge.alert_kinds import GATE_KINDS
from server_bridge.alerts.texts import say
from server_bridge.i18n.formats import Formats
from server_bridge.store.alerts.alerts import open_alerts, open_by_unit
from server_bridge.store.gates.gate_sheets import gate_sheets
from server_bridge.store.gates.health import health_changes
from server_bridge.web.app.layout import NavigationItem
from server_bridge.web.app.page import Page, PageNotFoundError, PageRequest
from server_bridge.web.gates.view import history, view, views


def _list(request: PageRequest, connection: sa.Connection) -> Response:
    sheets = gate_sheets(connection, request.now_ms, request.viewer.where(Permission.GATES))
    formats, today = _formats(request)
    return request.show(
        "gates.html", gates=views(sheets, formats, today), alerts=_alerts(request, connection)
    )


def _show(request: PageRequest, connection: sa.Connection) -> Response:
    gate_id = str(request.http.path_params["gate_id"])
    sheets = gate_sheets(connection, request.now_ms, request.viewer.where(Permission.GATES))
    sheet = next((one for one in sheets if one.state.gate_id == gate_id), None)
    if sheet is None:
        raise PageNotFoundError(f"no gate {gate_id} for this viewer")
    formats, today = _formats(request)
    return request.show(
        "gate.html",
        gate=view(sheet, formats, today),
        history=history(health_changes(connection, gate_id), formats, today),
        alerts=[
            (say(request.lang, f"alerts_{alert.kind}"), formats.moment(alert.since_ms, today))
            for alert in open_alerts(connection)
            if alert.subject == gate_id and alert.kind in GATE_KINDS
        ],
    )


def _alerts(request: PageRequest, connection: sa.Connection) -> int:
    """Return the number of open alerts of the units whose gates the viewer maintains."""
    mine = request.viewer.where(Permission.GATES)
    return sum(n for unit_id, n in open_by_unit(connection).items() if unit_id in mine)


def _formats(request: PageRequest) -> tuple[Formats, date]:
    zone = request.context.zone
    return Formats(request.lang, zone), local_day(request.now_ms, zone)


NAVIGATION_ITEM = NavigationItem("/gates", "gates_nav", Permission.GATES)
PAGES = [
    Page("/gates", Permission.GATES, _list),
    Page("/gates/{gate_id}", Permission.GATES, _show),
]
