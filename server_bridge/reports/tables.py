"""A report as tables: the same cells for the page, the spreadsheet, the letter and the terminal.
Pure: a report and a language in, text and numbers out.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from gate_contract.card import CardKind
from server_bridge.i18n.formats import Formats
from server_bridge.i18n.phrases import Lang
from server_bridge.letters.tables import Cell, Chart, Holds, Row, Table, TableColumn
from server_bridge.reports.period import PeriodKind
from server_bridge.reports.report import Report, ReportLine, Silence
from server_bridge.reports.texts import month_name, say, short_day
from server_bridge.store.figures import FIGURES, Figures

PUPILS, STAFF = CardKind.PUPIL, CardKind.STAFF


def tables(report: Report, lang: Lang) -> tuple[Table, ...]:
    """All of a report's tables, the most important first."""
    made = _of_school(report, lang) if report.is_school else _of_area(report, lang)
    return tuple(table for table in made if table.rows)


def notes(report: Report, f: Formats) -> tuple[str, ...]:
    """What a reader has to know, the most urgent first."""
    keys = ["report_n_missing", "report_n_days", "report_n_shares", "report_n_missed"]
    keys += ["report_n_late"] + ([] if report.is_school else ["report_n_above"])
    told = [say(f.lang, key) for key in keys]
    if report.waiting:
        told.insert(0, say(f.lang, "report_n_waiting", count=report.waiting))
    if report.unfinished and report.tallied_ms is not None:
        time = f.moment(report.tallied_ms, report.period.last)
        told.insert(0, say(f.lang, "report_n_unfinished", time=time))
    return tuple(told)


def indicators(report: Report, lang: Lang) -> Table:
    """The whole of the report in one column a kind."""
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
        TableColumn(say(lang, "report_c_figure"), 32, Holds.TEXT),
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
    """Every figure of every unit and kind in one table, for other programs."""
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
        replace(summary, charts=(Chart((1, 2), "bar"),) if len(lines) <= _CHARTED else ()),
        _by_line(lang, "compliance", lines, whole, _COMPLIANCE),
        _by_line(lang, "attendance", lines, whole, _ATTENDANCE),
        _course(report, lang),
        _refusals(report, lang),
        _by_line(lang, "gates", lines, whole, _GATES),
    ]
    if lines != report.schools:
        made.append(_by_line(lang, "schools", report.schools, whole, _SUMMARY))
    return made


_CHARTED = 30
"""So many units can be told apart in a chart."""


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
    charted = (Chart((1, 2)),) if len(classes) <= _CHARTED else ()
    return [
        Table("summary", say(lang, "report_t_summary"), _columns(lang, words, 1), tuple(rows)),
        Table(
            "classes",
            say(lang, "report_t_classes"),
            _columns(lang, ("class", *means, "no_exit"), 1),
            tuple(classes),
            charts=charted,
        ),
        _course(report, lang),
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


Reader = Callable[[ReportLine], Cell]
_SUMMARY: tuple[tuple[str, Reader], ...] = (
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
_COMPLIANCE: tuple[tuple[str, Reader], ...] = (
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
_ATTENDANCE: tuple[tuple[str, Reader], ...] = (
    ("enrolled", lambda line: line.of(PUPILS).enrolled),
    ("attendance", lambda line: line.of(PUPILS).attendance),
    ("absent", lambda line: line.of(PUPILS).absent),
    ("late", lambda line: line.of(PUPILS).late),
    ("left_early", lambda line: line.of(PUPILS).left_early),
)
_GATES: tuple[tuple[str, Reader], ...] = (
    ("schools", lambda line: line.schools),
    ("with_gates", lambda line: line.with_gates),
    ("reporting", lambda line: line.reporting),
    ("gates", lambda line: line.gates),
    ("gates_used", lambda line: line.gates_used),
    ("gate_days", lambda line: line.gate_days),
    ("per_day", lambda line: _each(line.all.entered + line.all.left, line.gate_days)),
)


def _by_line(
    lang: Lang,
    key: str,
    lines: Sequence[ReportLine],
    whole: ReportLine,
    figures: Sequence[tuple[str, Reader]],
) -> Table:
    known = key == "gates"  # what is registered is known of silent schools too

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
        return say(lang, f"report_{line.silence}") if line.silence else ""
    silent = line.schools - line.reporting
    said = say(lang, "report_silent_of", silent=silent, schools=line.schools)
    return said if silent else ""


def _course(report: Report, lang: Lang) -> Table:
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
    shown = rows if report.period.kind is not PeriodKind.DAY else []
    return Table("course", say(lang, "report_t_course"), columns, tuple(shown), charts=charts)


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
            _each(one.entered + one.left, one.days),
            "" if one.days else say(lang, f"report_{Silence.NO_SCANS}"),
        )
        for gate in report.gates
        for one in (gate.figures,)
    ]
    words = ("gate", "used_days", "entered", "left", "refused", "per_day", "note")
    return Table("gates", say(lang, "report_t_gates"), _columns(lang, words, 1), tuple(rows))


def _each(whole: int, parts: int) -> int | None:
    return round(whole / parts) if parts else None


_SHARES = {"compliance", "attendance", "pupils_share", "pupils_present", "staff_share", "share"}
_WIDTHS = {"unit": 32, "note": 24, "reason": 34, "gate": 24, "who": 18, "unit_id": 18}
_WIDTHS |= dict.fromkeys(("day", "month", "class", "level"), 12) | {"scans": 18, "share": 18}


def _columns(lang: Lang, words: Sequence[str], texts: int) -> tuple[TableColumn, ...]:
    """The first `texts` and the notes hold text."""

    def holds(place: int, word: str) -> Holds:
        if place < texts or word == "note":
            return Holds.TEXT
        return Holds.SHARE if word in _SHARES else Holds.NUMBER

    return tuple(
        TableColumn(say(lang, f"report_c_{word}"), _WIDTHS.get(word, 10), holds(place, word))
        for place, word in enumerate(words)
    )
