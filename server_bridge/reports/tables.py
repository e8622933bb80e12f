"""A report as tables, the same for the page, the spreadsheet, the letter and the terminal. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from gate_contract.card import CardKind
from server_bridge.i18n.formats import Formats
from server_bridge.i18n.phrases import Lang
from server_bridge.letters.tables import Cell, Chart, ColumnType, Row, Table, TableColumn
from server_bridge.reports.period import PeriodKind
from server_bridge.reports.report import MissingReason, Report, ReportLine
from server_bridge.reports.texts import month_name, say, short_day
from server_bridge.store.figures import FIGURES, Figures

PUPILS, STAFF = CardKind.PUPIL, CardKind.STAFF


def tables(report: Report, lang: Lang) -> tuple[Table, ...]:
    """Return all tables of a report, the most important first."""
    made = _of_school(report, lang) if report.is_school else _of_area(report, lang)
    return tuple(table for table in made if table.rows)


def notes(report: Report, f: Formats) -> tuple[str, ...]:
    """Return the notes of a report, the most important first."""
    keys = ["report_n_missing", "report_n_days", "report_n_shares", "report_n_missed"]
    keys += ["report_n_late"] + ([] if report.is_school else ["report_n_above"])
    found = [say(f.lang, key) for key in keys]
    if report.waiting:
        found.insert(0, say(f.lang, "report_n_waiting", count=report.waiting))
    if report.unfinished and report.tallied_ms is not None:
        time = f.moment(report.tallied_ms, report.period.last)
        found.insert(0, say(f.lang, "report_n_unfinished", time=time))
    return tuple(found)


def indicators(report: Report, lang: Lang) -> Table:
    """Return the figures of the whole unit, with one column for each kind of people."""
    kinds = [
        kind for kind in CardKind if kind is not CardKind.VISITOR or report.whole.of(kind).cards
    ]
    names = ("days", "enrolled", "scanned", "compliance", "present", "attendance", "absent")
    more = ("late", "left_early", "entered", "left", "no_exit", "no_entry")
    rows = [
        (
            say(lang, f"report_c_{name}"),
            *(_indicator(kind, report.whole.of(kind), name) for kind in kinds),
        )
        for name in (*names, *more)
    ]
    columns = (
        TableColumn(say(lang, "report_c_figure"), 32, ColumnType.TEXT),
        *(TableColumn(say(lang, f"report_{kind}"), 18) for kind in kinds),
    )
    return Table("indicators", say(lang, "report_t_indicators"), columns, tuple(rows))


def _indicator(kind: CardKind, figures: Figures, name: str) -> Cell:
    if (not figures.days and name in _ROSTER) or (kind is not PUPILS and name in _PUPILS_ONLY):
        return None
    found: Cell = getattr(figures, name)
    return found


_PUPILS_ONLY = {"late", "left_early"}
_ROSTER = {"days", "enrolled", "scanned", "present", "absent", "late", "left_early"}


def raw_table(report: Report, lang: Lang) -> Table:
    """Return every figure of every unit and kind in one table, for other programs."""
    words = ("unit_id", "unit", "level", "who", *FIGURES)
    lines = (report.whole, *report.lines, *report.schools)
    units = {line.unit.unit_id: line for line in lines}.values()
    rows = [
        (line.unit.unit_id, line.unit.name, line.unit.level, say(lang, f"report_{kind}"))
        + (tuple(getattr(line.of(kind), n) for n in FIGURES) if line.reporting else _NONE)
        for line in units
        for kind in CardKind
    ]
    return Table("figures", say(lang, "report_t_figures"), _columns(lang, words, 4), tuple(rows))


_NONE: Row = (None,) * len(FIGURES)


def _of_area(report: Report, lang: Lang) -> list[Table]:
    lines, whole = report.lines, report.whole
    summary = _by_line(lang, "summary", lines, whole, _SUMMARY)
    made = [
        replace(summary, charts=(Chart((1, 2), "bar"),) if len(lines) <= _MAX_CHARTED else ()),
        _by_line(lang, "compliance", lines, whole, _COMPLIANCE),
        _by_line(lang, "attendance", lines, whole, _ATTENDANCE),
        _time_series(report, lang),
        _refusals(report, lang),
        _by_line(lang, "gates", lines, whole, _GATES),
    ]
    if lines != report.schools:
        made.append(_by_line(lang, "schools", report.schools, whole, _SUMMARY))
    return made


_MAX_CHARTED = 30
"""The most units or classes that are legible in one chart."""


def _of_school(report: Report, lang: Lang) -> list[Table]:
    means = ("compliance", "attendance", "absent", "late", "left_early", "days", "mean")
    words = ("who", *means, "entered", "left", "no_exit", "no_entry")
    rows = [
        (say(lang, f"report_{kind}"), *_means(kind, figures), *_passed(figures))
        for kind in CardKind
        if (figures := report.whole.of(kind)) != Figures()
    ]
    classes = [
        (name or say(lang, "report_no_class"), *_means(PUPILS, figures), figures.no_exit)
        for name, figures in report.classes
    ]
    charted = (Chart((1, 2)),) if len(classes) <= _MAX_CHARTED else ()
    return [
        Table("summary", say(lang, "report_t_summary"), _columns(lang, words, 1), tuple(rows)),
        Table(
            "classes",
            say(lang, "report_t_classes"),
            _columns(lang, ("class", *means, "no_exit"), 1),
            tuple(classes),
            charts=charted,
        ),
        _time_series(report, lang),
        _refusals(report, lang),
        _own_gates(report, lang),
    ]


def _means(kind: CardKind, figures: Figures) -> Row:
    if not figures.days:
        return (None,) * 7
    return (
        figures.compliance,
        figures.attendance,
        figures.absent,
        *(_indicator(kind, figures, name) for name in ("late", "left_early")),
        figures.days,
        round(figures.enrolled / figures.days),
    )


def _passed(figures: Figures) -> Row:
    return figures.entered, figures.left, figures.no_exit, figures.no_entry


ReadCell = Callable[[ReportLine], Cell]
_SUMMARY: tuple[tuple[str, ReadCell], ...] = (
    ("pupils_share", lambda line: line.of(PUPILS).compliance),
    ("staff_share", lambda line: line.of(STAFF).compliance),
    ("pupils_present", lambda line: line.of(PUPILS).attendance),
    ("late", lambda line: line.of(PUPILS).late),
    ("no_exit", lambda line: line.all.no_exit),
    ("entered", lambda line: line.all.entered),
    ("left", lambda line: line.all.left),
    ("refused", lambda line: line.refused),
    ("days", lambda line: line.of(PUPILS).days),
)
_COMPLIANCE: tuple[tuple[str, ReadCell], ...] = (
    ("pupils", lambda line: line.of(PUPILS).enrolled),
    ("pupils_scanned", lambda line: line.of(PUPILS).scanned),
    ("pupils_share", lambda line: line.of(PUPILS).compliance),
    ("staff", lambda line: line.of(STAFF).enrolled),
    ("staff_scanned", lambda line: line.of(STAFF).scanned),
    ("staff_share", lambda line: line.of(STAFF).compliance),
    ("no_exit", lambda line: line.all.no_exit),
    ("no_entry", lambda line: line.all.no_entry),
    ("odd_days", lambda line: line.of(PUPILS).odd_days),
)
_ATTENDANCE: tuple[tuple[str, ReadCell], ...] = (
    ("enrolled", lambda line: line.of(PUPILS).enrolled),
    ("attendance", lambda line: line.of(PUPILS).attendance),
    ("absent", lambda line: line.of(PUPILS).absent),
    ("late", lambda line: line.of(PUPILS).late),
    ("left_early", lambda line: line.of(PUPILS).left_early),
)
_GATES: tuple[tuple[str, ReadCell], ...] = (
    ("schools", lambda line: line.schools),
    ("with_gates", lambda line: line.with_gates),
    ("reporting", lambda line: line.reporting),
    ("gates", lambda line: line.gates),
    ("gates_used", lambda line: line.gates_used),
    ("gate_days", lambda line: line.gate_days),
    ("per_day", lambda line: _mean(line.all.entered + line.all.left, line.gate_days)),
)


def _by_line(
    lang: Lang,
    key: str,
    lines: Sequence[ReportLine],
    whole: ReportLine,
    figures: Sequence[tuple[str, ReadCell]],
) -> Table:
    known = key == "gates"  # registered gates are known for schools without figures too

    def row(line: ReportLine, name: str) -> Row:
        cells = (read(line) if known or line.reporting else None for _, read in figures)
        return (name, *cells, _note(line, lang))

    return Table(
        key,
        say(lang, f"report_t_{key}"),
        _columns(lang, ("unit", *(word for word, _ in figures), "note"), 1),
        tuple(row(line, line.unit.name) for line in lines),
        row(whole, say(lang, "report_all")),
        links=tuple(line.unit.unit_id for line in lines),
    )


def _note(line: ReportLine, lang: Lang) -> str:
    if not line.schools:
        return say(lang, "report_no_school")
    if line.schools == 1 or not line.reporting:
        return say(lang, f"report_{line.missing_reason}") if line.missing_reason else ""
    silent = line.schools - line.reporting
    note = say(lang, "report_silent_of", silent=silent, schools=line.schools)
    return note if silent else ""


def _time_series(report: Report, lang: Lang) -> Table:
    months = report.period.kind is PeriodKind.YEAR
    words = (
        *("month" if months else "day", "pupils_share", "staff_share", "pupils_present"),
        *("late", "no_exit", "entered", "left"),
    )
    rows = []
    for first, kinds in report.steps.items():
        step = replace(report.whole, kinds=kinds)
        pupils, everybody = step.of(PUPILS), step.all
        name = month_name(first, lang) if months else short_day(first)
        rows.append(
            (
                *(name, pupils.compliance, step.of(STAFF).compliance, pupils.attendance),
                *(pupils.late if pupils.days else None, everybody.no_exit),
                *(everybody.entered, everybody.left),
            )
        )
    columns = _columns(lang, words, 1)
    charts = (Chart((1, 2), "line"), Chart((6,)))
    listed = rows if report.period.kind is not PeriodKind.DAY else []
    return Table(
        "time_series", say(lang, "report_t_time_series"), columns, tuple(listed), charts=charts
    )


def _refusals(report: Report, lang: Lang) -> Table:
    whole = sum(report.refusals.values())
    ordered = sorted(report.refusals.items(), key=lambda item: (-item[1], item[0]))
    rows = [(say(lang, f"report_r_{code}"), scans, scans / whole) for code, scans in ordered]
    return Table(
        "refusals",
        say(lang, "report_t_refusals"),
        _columns(lang, ("reason", "scans", "share"), 1),
        tuple(rows),
        (say(lang, "report_all"), whole, 1.0) if rows else (),
        charts=(Chart((1,), "bar"),),
    )


def _own_gates(report: Report, lang: Lang) -> Table:
    rows = [
        (
            *(gate.gate_id, one.days, one.entered, one.left, one.refused),
            _mean(one.entered + one.left, one.days),
            "" if one.days else say(lang, f"report_{MissingReason.NO_SCANS}"),
        )
        for gate in report.gates
        for one in (gate.figures,)
    ]
    words = ("gate", "used_days", "entered", "left", "refused", "per_day", "note")
    return Table("gates", say(lang, "report_t_gates"), _columns(lang, words, 1), tuple(rows))


def _mean(whole: int, parts: int) -> int | None:
    return round(whole / parts) if parts else None


_SHARES = {"compliance", "attendance", "pupils_share", "pupils_present", "staff_share", "share"}
_WIDTHS = {"unit": 32, "note": 24, "reason": 34, "gate": 24, "who": 18, "unit_id": 18}
_WIDTHS |= dict.fromkeys(("day", "month", "class", "level"), 12) | {"scans": 18, "share": 18}


def _columns(lang: Lang, words: Sequence[str], texts: int) -> tuple[TableColumn, ...]:
    """Return the columns; the first `texts` of them and the notes hold text."""

    def column_type(place: int, word: str) -> ColumnType:
        if place < texts or word == "note":
            return ColumnType.TEXT
        return ColumnType.SHARE if word in _SHARES else ColumnType.NUMBER

    return tuple(
        TableColumn(say(lang, f"report_c_{word}"), _WIDTHS.get(word, 10), column_type(place, word))
        for place, word in enumerate(words)
    )
