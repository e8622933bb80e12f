"""Measure the import of a synthetic province, from spreadsheets to rosters."""

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from benchmarks.bridge.levels import measure_levels
from demo.synthetic import files, people
from demo.synthetic.province import Province, SyntheticSchool, make_province
from gate_contract.card import CardKind
from gate_contract.errors import SchoolgateError
from server_bridge.areas.area_list import plan_areas
from server_bridge.areas.unit_list import plan_units
from server_bridge.people.importing import Import, import_people
from server_bridge.sheets.opening import open_spreadsheet
from server_bridge.store.areas.areas import add_areas, all_areas
from server_bridge.store.database import Database
from server_bridge.store.units.dated import add_dated_units, dated_units

DAY = date(people.YEAR, 9, 5)
NOW_MS = 1_788_566_400_000

Figures = dict[str, float]
Step = Callable[[Database, Province], Figures]
"""Measures something of the province once it is imported."""

STEPS: tuple[Step, ...] = (lambda database, _: measure_levels(database, NOW_MS),)
"""What is measured after the import, in this order."""


@dataclass(frozen=True, slots=True)
class ProvinceSize:
    """The province's size. `pupils` and `staff` are of each school, `rows` of one large file."""

    schools: int
    pupils: int
    staff: int
    seed: int
    rows: int = 5_000


def measure(
    size: ProvinceSize,
    folder: Path,
    url: str | None = None,
    *,
    steps: Sequence[Step] = STEPS,
    watch: Callable[[Sequence[SyntheticSchool]], Iterable[SyntheticSchool]] = iter,
) -> Figures:
    """Import a province's areas, units and schools, and time that.

    `folder` takes the spreadsheets, and the database unless a `url` of an empty one is given.

    Raises:
        SchoolgateError: the database is not empty.
    """
    province = make_province(size.seed, schools=size.schools)
    with closing(Database(url or f"sqlite:///{folder}/bridge.db")) as database:
        database.migrate()
        with database.read() as connection:
            if dated_units(connection):
                raise SchoolgateError("the database is not empty; give the bench one of its own")
        figures: Figures = {"areas": len(province.areas), "schools": len(province.schools)}
        figures["areas_s"] = take_lists(database, province, folder)
        people_taken, whole, slowest = 0, 0.0, 0.0
        for school in watch(province.schools):
            taken, seconds = take_school(database, province, school, size, folder)
            people_taken += taken
            whole, slowest = whole + seconds, max(slowest, seconds)
        figures |= {"people": people_taken, "import_s": whole, "slowest_school_s": slowest}
        figures[f"import_s_per_{size.rows}"] = whole * size.rows / people_taken
        figures[f"one_file_of_{size.rows}_s"] = _take_large(database, province, size, folder)
        for step in steps:
            figures |= step(database, province)
    return {name: round(figure, 3) for name, figure in figures.items()}


def take_lists(database: Database, province: Province, folder: Path) -> float:
    """Import the lists of areas and units; return the seconds."""
    files.write_areas(folder / "areas.csv", province)
    files.write_units(folder / "units.csv", province)
    begun = time.perf_counter()
    with database.write() as connection:
        area_plan = plan_areas(open_spreadsheet(folder / "areas.csv"), all_areas(connection))
        add_areas(connection, area_plan.new)
        unit_plan = plan_units(open_spreadsheet(folder / "units.csv"), dated_units(connection))
        add_dated_units(connection, unit_plan.new)
    if refused := [*area_plan.refusals, *unit_plan.refusals]:
        raise SchoolgateError(f"{len(refused)} rows of our own lists were refused: {refused[0]}")
    return time.perf_counter() - begun


def take_school(
    database: Database,
    province: Province,
    school: SyntheticSchool,
    size: ProvinceSize,
    folder: Path,
) -> tuple[int, float]:
    """Import one school's two spreadsheets; return their rows and the seconds."""
    path = folder / "school.xlsx"
    files.write_pupils(path, school, people.pupils(province, school, size.pupils))
    seconds = _import(database, path, school.unit_id, CardKind.PUPIL, size.pupils)
    if size.staff:
        files.write_staff(path, school, people.staff(province, school, size.staff))
        seconds += _import(database, path, school.unit_id, CardKind.STAFF, size.staff)
    return size.pupils + size.staff, seconds


def _take_large(database: Database, province: Province, size: ProvinceSize, folder: Path) -> float:
    """Import one spreadsheet as large as any school's, as a dry run: it changes nothing."""
    path = folder / "large.xlsx"
    school = replace(province.schools[0], number=999)  # a school whose pupils are not imported yet
    rows = people.pupils(province, school, size.rows)
    files.write_pupils(path, school, (replace(one, national_id="") for one in rows))
    begun = time.perf_counter()
    task = Import(path, school.unit_id, CardKind.PUPIL, DAY, DAY, NOW_MS, dry_run=True)
    plan = import_people(database, task).plan
    seconds = time.perf_counter() - begun
    _check(size.rows, len(plan.new))
    return seconds


def _import(database: Database, path: Path, unit_id: str, kind: CardKind, rows: int) -> float:
    begun = time.perf_counter()
    outcome = import_people(database, Import(path, unit_id, kind, DAY, DAY, NOW_MS))
    seconds = time.perf_counter() - begun
    _check(rows, len(outcome.plan.new))
    return seconds


def _check(wanted: int, found: int) -> None:
    if wanted != found:
        raise SchoolgateError(f"{found} of {wanted} people were new; the figures mean nothing")
