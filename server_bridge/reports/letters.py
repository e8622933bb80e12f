"""What official letters say: of a unit's report, of a school's staff. Pure."""

from collections.abc import Iterator

from server_bridge.i18n.formats import Formats
from server_bridge.letters.content import LetterContent
from server_bridge.letters.tables import shown
from server_bridge.reports.report import Report, Silence
from server_bridge.reports.staff import StaffYear, staff_table
from server_bridge.reports.tables import PUPILS, STAFF, indicators, notes, tables
from server_bridge.reports.texts import period_name, say


def report_letter(report: Report, f: Formats) -> LetterContent:
    """A unit's figures of a period."""
    period = period_name(report.period, f)
    return LetterContent(
        report.unit.name,
        report.above,
        say(f.lang, "report_l_about", period=period),
        period,
        tuple(_prose(report, f)),
        say(f.lang, "report_l_principal" if report.is_school else "report_head"),
        tuple(tables(report, f.lang)),
        indicators(report, f.lang),
        tuple(notes(report, f)),
    )


def staff_letter(year: StaffYear, f: Formats) -> LetterContent:
    """A school year of a school's staff. Holds names."""
    period = period_name(year.period, f)
    sums = {
        what: f.number(sum(one.count(what) for one in year.records))
        for what in ("days", "complete", "missing")
    }
    told = {
        what: f.number(sum(getattr(one, what) for one in year.records))
        for what in ("appealed", "open_days")
    }
    return LetterContent(
        year.school.name,
        year.above,
        say(f.lang, "report_l_staff_about", period=period),
        period,
        (
            say(f.lang, "report_l_staff", people=f.number(len(year.records)), **sums),
            say(f.lang, "report_l_staff_notes", **told),
        ),
        say(f.lang, "report_l_principal"),
        (staff_table(year, f.lang),),
    )


def _prose(report: Report, f: Formats) -> Iterator[str]:
    lang, whole = f.lang, report.whole
    numbers = {"gates": f.number(whole.gates), "used": f.number(whole.gates_used)}
    if report.is_school:
        yield say(lang, "report_l_school", **numbers)
    else:
        for name in ("schools", "with_gates", "reporting"):
            numbers[name] = f.number(getattr(whole, name))
        yield say(lang, "report_l_schools", unit=report.unit.name, **numbers)
    everybody = whole.all
    passed = {name: f.number(getattr(everybody, name)) for name in ("entered", "left", "no_exit")}
    yield say(lang, "report_l_passages", refused=f.number(whole.refused), **passed)
    yield say(
        lang,
        "report_l_shares",
        pupils=shown(whole.of(PUPILS).compliance, f),
        staff=shown(whole.of(STAFF).compliance, f),
        present=shown(whole.of(PUPILS).attendance, f),
        late=f.number(whole.of(PUPILS).late),
    )
    for key, silence in (("silent", Silence.NO_SCANS), ("gateless", Silence.NO_GATE)):
        named = [line.unit.name for line in report.schools if line.silence is silence]
        if named:
            yield say(lang, f"report_l_{key}", schools="; ".join(named))
