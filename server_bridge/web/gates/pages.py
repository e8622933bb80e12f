"""The gates pages: all gates that somebody looks after, and one of them with its history."""

from datetime import date

import sqlalchemy as sa
from starlette.responses import Response

from gate_contract.school_day import local_day
from server_bridge.access.roles import Permission
from server_bridge.alert_kinds import OF_GATES
from server_bridge.alerts.texts import say
from server_bridge.i18n.formats import Formats
from server_bridge.store.alerts.alerts import open_alerts, open_by_unit
from server_bridge.store.gates.gate_sheets import gate_sheets
from server_bridge.store.gates.health import changes_of
from server_bridge.web.app.layout import NavigationItem
from server_bridge.web.app.page import Page, PageNotFoundError, PageRequest
from server_bridge.web.gates.view import history, view, views


def _all(visit: PageRequest, connection: sa.Connection) -> Response:
    sheets = gate_sheets(connection, visit.now_ms, visit.viewer.where(Permission.GATES))
    formats, today = _formats(visit)
    return visit.show(
        "gates.html", gates=views(sheets, formats, today), alerts=_alerts(visit, connection)
    )


def _one(visit: PageRequest, connection: sa.Connection) -> Response:
    gate_id = str(visit.request.path_params["gate_id"])
    sheets = gate_sheets(connection, visit.now_ms, visit.viewer.where(Permission.GATES))
    sheet = next((one for one in sheets if one.state.gate_id == gate_id), None)
    if sheet is None:
        raise PageNotFoundError(f"no gate {gate_id} for this viewer")
    formats, today = _formats(visit)
    return visit.show(
        "gate.html",
        gate=view(sheet, formats, today),
        history=history(changes_of(connection, gate_id), formats, today),
        alerts=[
            (say(visit.lang, f"alerts_{alert.kind}"), formats.moment(alert.since_ms, today))
            for alert in open_alerts(connection)
            if alert.subject == gate_id and alert.kind in OF_GATES
        ],
    )


def _alerts(visit: PageRequest, connection: sa.Connection) -> int:
    """How many alerts are open, where the viewer looks after gates."""
    mine = visit.viewer.where(Permission.GATES)
    return sum(n for unit_id, n in open_by_unit(connection).items() if unit_id in mine)


def _formats(visit: PageRequest) -> tuple[Formats, date]:
    zone = visit.office.zone
    return Formats(visit.lang, zone), local_day(visit.now_ms, zone)


DOORS = [NavigationItem("/gates", "gates_door", Permission.GATES)]
PAGES = [
    Page("/gates", Permission.GATES, _all),
    Page("/gates/{gate_id}", Permission.GATES, _one),
]
