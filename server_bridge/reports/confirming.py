"""Figures that schools confirm by a deadline: on time, late, or missing, and never a zero.

The rule is that of collections (`lists/standing.py`): the last confirmation counts; it keeps the
figures as they were, and whether the records say something else by now is told.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from gate_contract.card import Kind
from gate_contract.errors import SchoolgateError
from gate_contract.school_day import local_day
from server_bridge.lists.standing import Event, Standing, State, What, after, standing_after
from server_bridge.reports.cells import Column, Holds, Table
from server_bridge.reports.period import Period, PeriodKind, period
from server_bridge.reports.tables import PUPILS, STAFF
from server_bridge.reports.words import say
from server_bridge.store import report_requests as store
from server_bridge.store.figures import Figures
from server_bridge.store.report_requests import Happening, Request
from server_bridge.store.tallies import sums
from server_bridge.store.units import SCHOOL, Unit, all_units, ancestry
from server_bridge.web.formats import Formats

MOST_REASON = 500


class Outcome(StrEnum):
    """How the asking office sees a school."""

    ON_TIME = "on_time"
    LATE = "late"
    WAITING = "waiting"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class SchoolLine:
    """One school's part. `figures`: those it confirmed, None before; `differs`: the records say
    something else by now. `locked`: it can confirm no more until the office reopens it."""

    unit: Unit
    outcome: Outcome
    locked: bool
    deadline_ms: int
    confirmed_ms: int | None
    by: str
    figures: Mapping[Kind, Figures] | None
    differs: bool

    def of(self, kind: Kind) -> Figures | None:
        """What it confirmed of a kind."""
        return None if self.figures is None else self.figures.get(kind, Figures())


@dataclass(frozen=True, slots=True)
class RollUp:
    """A request with every school's part; `sum` is of what was confirmed."""

    request: Request
    unit: Unit
    schools: tuple[SchoolLine, ...]

    def number(self, outcome: Outcome) -> int:
        """How many schools."""
        return sum(line.outcome is outcome for line in self.schools)

    def sum(self, kind: Kind) -> Figures:
        """Of the schools that confirmed."""
        return sum((line.of(kind) or Figures() for line in self.schools), Figures())


def period_of(request: Request) -> Period:
    """What it asks about."""
    return period(PeriodKind(request.period), request.first_day)


@dataclass(frozen=True, slots=True)
class Deed:
    """Who does something to a school's part of a request, and when (UTC in ms)."""

    number: int
    unit_id: str
    by: str
    now_ms: int


def confirm(connection: sa.Connection, deed: Deed, zone: ZoneInfo) -> State:
    """The school confirms its figures as they are now. Raises SchoolgateError: not now."""
    request = store.find_request(connection, deed.number)
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
    return _do(connection, deed, What.SUBMITTED, figures=told)


def lock(connection: sa.Connection, deed: Deed) -> State:
    """The school may confirm no more. Raises SchoolgateError."""
    return _do(connection, deed, What.LOCKED)


def reopen(
    connection: sa.Connection, deed: Deed, reason: str, deadline_ms: int | None = None
) -> State:
    """The school may confirm again; who, when and why is kept. Raises SchoolgateError."""
    said = " ".join(reason.split())
    if not 0 < len(said) <= MOST_REASON:
        raise SchoolgateError("hãy ghi lý do / say why it is reopened, in 1 to 500 characters")
    return _do(connection, deed, What.REOPENED, reason=said, deadline_ms=deadline_ms)


def roll_up(
    connection: sa.Connection,
    number: int,
    now_ms: int,
    *,
    within: Collection[str] | None = None,
) -> RollUp:
    """Where every school stands. `within`: of these units only. Raises SchoolgateError."""
    request = store.find_request(connection, number)
    lines = ancestry(connection)
    tree = [unit for unit in all_units(connection) if request.unit_id in lines[unit.unit_id]]
    schools = [
        unit for unit in tree if unit.level == SCHOOL and (within is None or unit.unit_id in within)
    ]
    now = _figures(connection, [unit.unit_id for unit in schools], period_of(request))
    told: dict[str, list[Happening]] = {}
    for line in store.happenings(connection, number):
        told.setdefault(line.unit_id, []).append(line)
    return RollUp(
        request,
        tree[0],
        tuple(
            _line(request, unit, told.get(unit.unit_id, []), now.get(unit.unit_id), now_ms)
            for unit in schools
        ),
    )


def _line(
    request: Request,
    unit: Unit,
    told: list[Happening],
    now: Mapping[Kind, Figures] | None,
    now_ms: int,
) -> SchoolLine:
    standing = _standing(request, told)
    last = next((one for one in told if one.event == standing.submission), None)
    figures = None if last is None or last.figures is None else _read(last.figures)
    if standing.late is not None:
        outcome = Outcome.LATE if standing.late else Outcome.ON_TIME
    else:
        outcome = Outcome.MISSING if now_ms > standing.deadline_ms else Outcome.WAITING
    return SchoolLine(
        unit,
        outcome,
        standing.state is State.LOCKED,
        standing.deadline_ms,
        standing.submitted_ms,
        last.by if last else "",
        figures,
        figures is not None and figures != (now or {}),
    )


def _standing(request: Request, told: list[Happening]) -> Standing:
    events = [
        Event(What(one.what), one.at_ms, one.event, one.by, one.reason, one.deadline_ms)
        for one in told
    ]
    return standing_after(request.deadline_ms, events)


def _read(figures: Mapping[str, Mapping[str, int]]) -> dict[Kind, Figures]:
    return {Kind(kind): Figures(**one) for kind, one in figures.items()}


def _figures(
    connection: sa.Connection, unit_ids: list[str], over: Period
) -> dict[str, dict[Kind, Figures]]:
    return sums(connection, unit_ids, over.whole)


def _do(
    connection: sa.Connection,
    deed: Deed,
    what: What,
    *,
    reason: str = "",
    deadline_ms: int | None = None,
    figures: Mapping[str, Mapping[str, int]] | None = None,
) -> State:
    request = store.find_request(connection, deed.number, lock=True)
    line = ancestry(connection).get(deed.unit_id, ())
    if request.unit_id not in line[1:]:
        raise SchoolgateError(
            f"{deed.unit_id} is no school of {request.unit_id}; see: gate-bridge unit list"
        )
    before = _standing(request, store.happenings(connection, deed.number, deed.unit_id))
    if what is not What.REOPENED and before.state is State.LOCKED:
        raise SchoolgateError(
            "đã khóa; đơn vị yêu cầu có thể mở khóa / locked; the unit that asks can reopen it"
        )
    event = Event(what, deed.now_ms, by=deed.by, reason=reason, deadline_ms=deadline_ms)
    state = after(before, event).state  # says no before anything is written
    store.add_event(
        connection,
        deed.number,
        deed.unit_id,
        what,
        at_ms=deed.now_ms,
        by=deed.by,
        reason=reason,
        deadline_ms=deadline_ms,
        figures=figures,
    )
    return state


def confirmed_table(rolled: RollUp, f: Formats) -> Table:
    """Every school's part as a table; what is missing stays empty."""
    words = ("unit", "outcome", "confirmed_at", "by", "days", "entered", "left", "pupils_share")
    more = ("staff_share", "late", "note")
    texts = {"unit", "outcome", "confirmed_at", "by", "note"}
    shares = {"pupils_share", "staff_share"}
    today = local_day(rolled.request.deadline_ms, f.timezone)
    columns = tuple(
        Column(
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
    everybody = sum((rolled.sum(kind) for kind in Kind), Figures())
    done = rolled.number(Outcome.ON_TIME) + rolled.number(Outcome.LATE)
    said = say(f.lang, "report_o_of", done=done, schools=len(rolled.schools))
    sums = (
        *(say(f.lang, "report_all"), said, "", "", pupils.days, everybody.entered),
        *(everybody.left, pupils.compliance, staff.compliance, pupils.late, ""),
    )
    title = say(f.lang, "report_t_confirmed")
    return Table("confirmed", title, columns, tuple(rows), sums)


def _note(line: SchoolLine, f: Formats) -> str:
    said = (
        say(f.lang, "report_o_differs") if line.differs else "",
        say(f.lang, "report_o_locked") if line.locked else "",
    )
    return ", ".join(filter(None, said))
