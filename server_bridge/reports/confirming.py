"""Figures that schools confirm by a deadline: on time, late, or missing, and never a zero.

The rule is that of collections (`lists/deeds.py`): the last confirmation counts; it keeps the
figures as they were, and whether the records say something else by now is told.
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
from server_bridge.letters.tables import Holds, Table, TableColumn
from server_bridge.reports.period import Period, PeriodKind, period
from server_bridge.reports.tables import PUPILS, STAFF
from server_bridge.reports.texts import say
from server_bridge.store.figures import Figures
from server_bridge.store.reports.deadlines import find
from server_bridge.store.reports.report_requests import (
    REQUESTS,
    ByName,
    Confirmed,
    Request,
    confirmed,
)
from server_bridge.store.reports.tallies import sums
from server_bridge.store.units.tree import SCHOOL, Unit, all_units, ancestry
from server_bridge.submissions.actions import SubmissionWrite, do, standings
from server_bridge.submissions.state import (
    SubmissionAction,
    SubmissionState,
    SubmissionStatus,
)


class ConfirmationStatus(StrEnum):
    """How the asking office sees a school."""

    ON_TIME = "on_time"
    LATE = "late"
    WAITING = "waiting"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class ConfirmationSchool:
    """One school's part. `figures`: those it confirmed, None before; `differs`: the records say
    something else by now. `locked`: it can confirm no more until the office reopens it."""

    unit: Unit
    outcome: ConfirmationStatus
    locked: bool
    deadline_ms: int
    confirmed_ms: int | None
    by: str
    figures: Mapping[CardKind, Figures] | None
    differs: bool

    def of(self, kind: CardKind) -> Figures | None:
        """What it confirmed of a kind."""
        return None if self.figures is None else self.figures.get(kind, Figures())


@dataclass(frozen=True, slots=True)
class ConfirmationRollUp:
    """A request with every school's part; `sum` is of what was confirmed."""

    request: Request
    unit: Unit
    schools: tuple[ConfirmationSchool, ...]

    def number(self, outcome: ConfirmationStatus) -> int:
        """How many schools."""
        return sum(line.outcome is outcome for line in self.schools)

    def sum(self, kind: CardKind) -> Figures:
        """Of the schools that confirmed."""
        return sum((line.of(kind) or Figures() for line in self.schools), Figures())


def period_of(request: Request) -> Period:
    """What it asks about."""
    return period(PeriodKind(request.period), request.first_day)


def confirm(connection: sa.Connection, deed: SubmissionWrite, zone: ZoneInfo) -> SubmissionState:
    """The school confirms its figures as they are now. Raises SchoolgateError: not now."""
    request = find(connection, REQUESTS, deed.number)
    if local_day(deed.now_ms, zone) <= period_of(request).last:
        raise SchoolgateError(
            "kỳ báo cáo chưa kết thúc / the period is not over: confirm its figures afterwards"
        )
    figures = _figures(connection, [deed.unit_id], period_of(request)).get(deed.unit_id)
    if figures is None:
        raise SchoolgateError(
            "không có số liệu để xác nhận / there are no figures to confirm: no gate recorded any"
        )
    told = {str(kind): asdict(one) for kind, one in figures.items()}
    return do(connection, REQUESTS, deed, SubmissionAction.SUBMITTED, figures=told)[1].state


def roll_up(
    connection: sa.Connection,
    number: int,
    now_ms: int,
    *,
    within: Collection[str] | None = None,
) -> ConfirmationRollUp:
    """Where every school stands. `within`: of these units only. Raises SchoolgateError."""
    request = find(connection, REQUESTS, number)
    lines = ancestry(connection)
    tree = [unit for unit in all_units(connection) if request.unit_id in lines[unit.unit_id]]
    schools = [
        unit for unit in tree if unit.level == SCHOOL and (within is None or unit.unit_id in within)
    ]
    ids = [unit.unit_id for unit in schools]
    now = _figures(connection, ids, period_of(request))
    stands = standings(connection, REQUESTS, request, ids)
    events = [stand.submission for stand in stands.values() if stand.submission is not None]
    told = confirmed(connection, events)
    return ConfirmationRollUp(
        request,
        tree[0],
        tuple(
            _line(unit, stand, told.get(stand.submission or 0), now.get(unit.unit_id), now_ms)
            for unit, stand in zip(schools, stands.values(), strict=True)
        ),
    )


def _line(
    unit: Unit,
    standing: SubmissionStatus,
    last: Confirmed | None,
    now: Mapping[CardKind, Figures] | None,
    now_ms: int,
) -> ConfirmationSchool:
    figures = None if last is None else _read(last.figures)
    if standing.late is not None:
        outcome = ConfirmationStatus.LATE if standing.late else ConfirmationStatus.ON_TIME
    else:
        outcome = (
            ConfirmationStatus.MISSING
            if now_ms > standing.deadline_ms
            else ConfirmationStatus.WAITING
        )
    return ConfirmationSchool(
        unit,
        outcome,
        standing.state is SubmissionState.LOCKED,
        standing.deadline_ms,
        standing.submitted_ms,
        last.by if last else "",
        figures,
        figures is not None and figures != (now or {}),
    )


def _read(figures: ByName) -> dict[CardKind, Figures]:
    return {CardKind(kind): Figures(**one) for kind, one in figures.items()}


def _figures(
    connection: sa.Connection, unit_ids: list[str], over: Period
) -> dict[str, dict[CardKind, Figures]]:
    return sums(connection, unit_ids, over.whole)


def confirmed_table(rolled: ConfirmationRollUp, f: Formats) -> Table:
    """Every school's part as a table; what is missing stays empty."""
    words = ("unit", "outcome", "confirmed_at", "by", "days", "entered", "left", "pupils_share")
    more = ("staff_share", "late", "note")
    texts = {"unit", "outcome", "confirmed_at", "by", "note"}
    shares = {"pupils_share", "staff_share"}
    today = local_day(rolled.request.deadline_ms, f.timezone)
    columns = tuple(
        TableColumn(
            say(f.lang, f"report_c_{word}"),
            {"unit": 32, "outcome": 16, "confirmed_at": 16, "by": 16, "note": 22}.get(word, 10),
            Holds.TEXT if word in texts else Holds.SHARE if word in shares else Holds.NUMBER,
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
    said = say(f.lang, "report_o_of", done=done, schools=len(rolled.schools))
    sums = (
        *(say(f.lang, "report_all"), said, "", "", pupils.days, everybody.entered),
        *(everybody.left, pupils.compliance, staff.compliance, pupils.late, ""),
    )
    title = say(f.lang, "report_t_confirmed")
    return Table("confirmed", title, columns, tuple(rows), sums)


def _note(line: ConfirmationSchool, f: Formats) -> str:
    said = (
        say(f.lang, "report_o_differs") if line.differs else "",
        say(f.lang, "report_o_locked") if line.locked else "",
    )
    return ", ".join(filter(None, said))
