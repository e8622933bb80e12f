"""Confirmation of figures by schools before a deadline: on time, late or missing.

The rules are those of collections (`submissions/state.py`): the last confirmation counts. It stores
the figures as they were; the roll-up shows whether they have changed since. A missing confirmation
never counts as zero.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gate_contract.card import CardKind
from gate_contract.errors import SchoolgateError
from gate_contract.school_day import local_day
from server_bridge.i18n.formats import Formats
from server_bridge.letters.tables import ColumnType, Table, TableColumn
from server_bridge.reports.period import Period, PeriodKind, period
from server_bridge.reports.tables import PUPILS, STAFF
from server_bridge.reports.texts import say
from server_bridge.store.figures import Figures
from server_bridge.store.reports.deadlines import find_request
from server_bridge.store.reports.report_requests import (
    REQUESTS,
    ByName,
    ConfirmedFigures,
    ReportRequest,
    confirmed_figures,
)
from server_bridge.store.reports.tallies import figures_by_unit
from server_bridge.store.units.tree import SCHOOL, Unit, all_units, ancestry
from server_bridge.submissions.actions import SubmissionWrite, apply_action, school_statuses
from server_bridge.submissions.state import (
    SubmissionAction,
    SubmissionState,
    SubmissionStatus,
)


class ConfirmationStatus(StrEnum):
    """The state of a school's confirmation."""

    ON_TIME = "on_time"
    LATE = "late"
    WAITING = "waiting"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class ConfirmationSchool:
    """One school's confirmation.

    `figures` are those confirmed, None before that. `differs`: the figures have changed since.
    `locked`: the school cannot confirm until the requesting unit reopens it. The fields are keys of
    `gate-bridge report status --json`.
    """

    unit: Unit
    outcome: ConfirmationStatus
    locked: bool
    deadline_ms: int
    confirmed_ms: int | None
    by: str
    figures: Mapping[CardKind, Figures] | None
    differs: bool

    def of(self, kind: CardKind) -> Figures | None:
        """Return the confirmed figures of one kind; None before the confirmation."""
        return None if self.figures is None else self.figures.get(kind, Figures())


@dataclass(frozen=True, slots=True)
class ConfirmationRollUp:
    """A request with the confirmations of all schools."""

    request: ReportRequest
    unit: Unit
    schools: tuple[ConfirmationSchool, ...]

    def number(self, status: ConfirmationStatus) -> int:
        """Return the number of schools in a state."""
        return sum(line.outcome is status for line in self.schools)

    def sum(self, kind: CardKind) -> Figures:
        """Return the sum of the confirmed figures of one kind."""
        return sum((line.of(kind) or Figures() for line in self.schools), Figures())


def period_of(request: ReportRequest) -> Period:
    """Return the period of a request."""
    return period(PeriodKind(request.period), request.first_day)


def confirm(connection: sa.Connection, write: SubmissionWrite, zone: ZoneInfo) -> SubmissionState:
    """Store the school's figures as confirmed.

    Raises SchoolgateError if the period is not over, the state does not allow it, or there are no
    figures.
    """
    request = find_request(connection, REQUESTS, write.number)
    if local_day(write.now_ms, zone) <= period_of(request).last:
        raise SchoolgateError(
            "kỳ báo cáo chưa kết thúc / the period is not over: confirm its figures afterwards"
        )
    figures = _figures(connection, [write.unit_id], period_of(request)).get(write.unit_id)
    if figures is None:
        raise SchoolgateError(
            "không có số liệu để xác nhận / there are no figures to confirm: no gate recorded any"
        )
    values = {str(kind): asdict(one) for kind, one in figures.items()}
    return apply_action(connection, REQUESTS, write, SubmissionAction.SUBMITTED, figures=values)[
        1
    ].state


def roll_up(
    connection: sa.Connection,
    number: int,
    now_ms: int,
    *,
    within: Collection[str] | None = None,
) -> ConfirmationRollUp:
    """Return the confirmations of all schools, or of those in `within`. Raises SchoolgateError."""
    request = find_request(connection, REQUESTS, number)
    lines = ancestry(connection)
    tree = [unit for unit in all_units(connection) if request.unit_id in lines[unit.unit_id]]
    schools = [
        unit for unit in tree if unit.level == SCHOOL and (within is None or unit.unit_id in within)
    ]
    ids = [unit.unit_id for unit in schools]
    now = _figures(connection, ids, period_of(request))
    statuses = school_statuses(connection, REQUESTS, request, ids)
    events = [one.submission for one in statuses.values() if one.submission is not None]
    confirmations = confirmed_figures(connection, events)
    return ConfirmationRollUp(
        request,
        tree[0],
        tuple(
            _line(
                unit,
                status,
                confirmations.get(status.submission or 0),
                now.get(unit.unit_id),
                now_ms,
            )
            for unit, status in zip(schools, statuses.values(), strict=True)
        ),
    )


def _line(
    unit: Unit,
    submission: SubmissionStatus,
    last: ConfirmedFigures | None,
    now: Mapping[CardKind, Figures] | None,
    now_ms: int,
) -> ConfirmationSchool:
    figures = None if last is None else _read(last.figures)
    if submission.late is not None:
        status = ConfirmationStatus.LATE if submission.late else ConfirmationStatus.ON_TIME
    else:
        status = (
            ConfirmationStatus.MISSING
            if now_ms > submission.deadline_ms
            else ConfirmationStatus.WAITING
        )
    return ConfirmationSchool(
        unit,
        status,
        submission.state is SubmissionState.LOCKED,
        submission.deadline_ms,
        submission.submitted_ms,
        last.by if last else "",
        figures,
        figures is not None and figures != (now or {}),
    )


def _read(figures: ByName) -> dict[CardKind, Figures]:
    return {CardKind(kind): Figures(**one) for kind, one in figures.items()}


def _figures(
    connection: sa.Connection, unit_ids: list[str], over: Period
) -> dict[str, dict[CardKind, Figures]]:
    return figures_by_unit(connection, unit_ids, over.whole)


def confirmed_table(rolled: ConfirmationRollUp, f: Formats) -> Table:
    """Return the confirmations as a table; missing figures stay empty."""
    words = ("unit", "outcome", "confirmed_at", "by", "days", "entered", "left", "pupils_share")
    more = ("staff_share", "late", "note")
    texts = {"unit", "outcome", "confirmed_at", "by", "note"}
    shares = {"pupils_share", "staff_share"}
    today = local_day(rolled.request.deadline_ms, f.timezone)
    columns = tuple(
        TableColumn(
            say(f.lang, f"report_c_{word}"),
            {"unit": 32, "outcome": 16, "confirmed_at": 16, "by": 16, "note": 22}.get(word, 10),
            ColumnType.TEXT
            if word in texts
            else ColumnType.SHARE
            if word in shares
            else ColumnType.NUMBER,
        )
        for word in (*words, *more)
    )
    rows = []
    for line in rolled.schools:
        pupils, staff = line.of(PUPILS), line.of(STAFF)
        known = line.figures is not None
        everybody = sum((line.figures or {}).values(), Figures())
        rows.append(
            (
                line.unit.name,
                say(f.lang, f"report_o_{line.outcome}"),
                "" if line.confirmed_ms is None else f.moment(line.confirmed_ms, today),
                line.by,
                pupils.days if pupils else None,
                everybody.entered if known else None,
                everybody.left if known else None,
                pupils.compliance if pupils else None,
                staff.compliance if staff else None,
                pupils.late if pupils else None,
                _note(line, f),
            )
        )
    pupils, staff = rolled.sum(PUPILS), rolled.sum(STAFF)
    everybody = sum((rolled.sum(kind) for kind in CardKind), Figures())
    done = rolled.number(ConfirmationStatus.ON_TIME) + rolled.number(ConfirmationStatus.LATE)
    total = say(f.lang, "report_o_of", done=done, schools=len(rolled.schools))
    sums = (
        *(say(f.lang, "report_all"), total, "", "", pupils.days, everybody.entered),
        *(everybody.left, pupils.compliance, staff.compliance, pupils.late, ""),
    )
    title = say(f.lang, "report_t_confirmed")
    return Table("confirmed", title, columns, tuple(rows), sums)


def _note(line: ConfirmationSchool, f: Formats) -> str:
    parts = (
        say(f.lang, "report_o_differs") if line.differs else "",
        say(f.lang, "report_o_locked") if line.locked else "",
    )
    return ", ".join(filter(None, parts))
