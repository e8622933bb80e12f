"""From lists of areas and units and a school's spreadsheet to a roster, as an office types it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.bridge import roster
from demo.synthetic import files, people
from demo.synthetic.province import Province, make_province
from gate_contract.errors import SchoolgateError
from server_bridge.cli import gate_bridge
from server_bridge.people.cells import plain
from server_bridge.store.database import Database
from tests.builders import spreadsheets
from tests.server_bridge.command.test_setup import Shell


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    made = Shell(tmp_path_factory.mktemp("home") / "bridge")
    made.type("init")
    return made


def test_a_school_of_1500_pupils_and_90_staff(shell: Shell, tmp_path: Path) -> None:
    province = make_province(schools=6)
    school = province.schools[0]
    files.write_areas(tmp_path / "areas.csv", province)
    files.write_units(tmp_path / "units.csv", province)
    dry = json.loads(
        shell.type("area", "import", str(tmp_path / "areas.csv"), "--dry-run", "--json")
    )
    assert (len(dry["new"]), dry["refused"], dry["done"]) == (len(province.areas), [], False)
    said = shell.type("area", "import", str(tmp_path / "areas.csv"))
    assert f"new: {len(province.areas)}" in said
    said = shell.type("area", "import", str(tmp_path / "areas.csv"))
    assert f"as before: {len(province.areas)}" in said
    assert "new: 9" in shell.type("unit", "import", str(tmp_path / "units.csv"))

    files.write_pupils(tmp_path / "pupils.xlsx", school, people.pupils(province, school, 1500))
    files.write_staff(tmp_path / "staff.xlsx", school, people.staff(province, school, 90))
    take = ["roster", "import", "--unit", school.unit_id]
    said = shell.type(*take, str(tmp_path / "pupils.xlsx"))
    assert "new: 1500" in said
    assert "... 1480 more" in said
    staff = [*take, str(tmp_path / "staff.xlsx"), "--kind", "staff", "--json"]
    assert len(json.loads(shell.type(*staff))["new"]) == 90
    assert json.loads(shell.type(*staff, "--from", "2030-01-01"))["same"] == 90
    said = shell.type(*take, str(tmp_path / "pupils.xlsx"), "--dry-run")
    assert "as before: 1500" in said
    assert "a dry run" in said

    shown = shell.type("area", "show", "commune-97001")
    assert "until 2025-07-01" in shown
    assert "became part of commune-97001-20250701" in shown
    area = json.loads(shell.type("area", "list", "--under", "commune-97001-20250701", "--json"))
    assert len(area) == 1 + len(province.communes[0].hamlets)
    assert "district-971" not in shell.type("area", "list", "--on", "2026-01-01")
    shown = shell.type("unit", "show", school.unit_id)
    assert f"below xa-97001  {province.communes[0].name} (commune)" in shown
    assert json.loads(shell.type("unit", "show", school.unit_id, "--json"))["unit"]


def test_refusals_are_listed_and_the_error_holds_nobody_s_data(
    shell: Shell, tmp_path: Path
) -> None:
    shell.type("unit", "add", "thcs-z", "--name", "Trường Z")
    path = tmp_path / "pupils.xlsx"
    header = ["Ký hiệu", "Họ tên", "Lớp", "Ngày sinh"]
    bad = ["9800000001", "Lê An", "6A", "31/02/2014"]
    path.write_bytes(spreadsheets.xlsx([header, bad, ["9800000002", "Lê Ba", "6A", None]]))
    take = ["roster", "import", str(path), "--unit", "thcs-z", "--home", str(shell.home)]
    take += ["--map", "code=Ký hiệu"]
    done = CliRunner().invoke(gate_bridge, take)
    assert "refused Sheet1!D2: '31/02/2014' không phải là ngày" in done.output
    assert str(done.exception).startswith("1 refused (see above); nothing was imported")
    done = CliRunner().invoke(gate_bridge, [*take, "--skip-refused"])
    assert (done.exit_code, "new: 1" in done.output) == (0, True)
    with pytest.raises(SchoolgateError, match="FIELD=HEADER"):
        shell.type(*take[:-4], "--map", "shoe=Size")
    lists = tmp_path / "areas.csv"
    lists.write_text("level,code,name\nXã,1x,X\n", "utf-8")
    with pytest.raises(SchoolgateError, match="1 refused"):
        shell.type("area", "import", str(lists))
    for words in (["area", "show", "x"], ["area", "list", "--under", "x"], ["unit", "show", "x"]):
        with pytest.raises(SchoolgateError, match="there is no"):
            shell.type(*words)


def test_the_bench_tells_times_and_asks_further_steps(tmp_path: Path) -> None:
    def step(database: Database, province: Province) -> roster.Figures:
        assert database.url.database == str(tmp_path / "bridge.db")
        return {"schools_again": len(province.schools)}

    figures = roster.measure(roster.ProvinceSize(2, 30, 2, 1, rows=50), tmp_path, steps=[step])
    assert figures["people"] == 64
    assert figures["schools_again"] == figures["schools"] == 2
    assert figures["import_s"] >= figures["slowest_school_s"] > 0
    with pytest.raises(SchoolgateError, match="not empty"):
        roster.measure(roster.ProvinceSize(1, 1, 0, 1), tmp_path)


def test_the_same_seed_gives_the_same_province_and_nobody_twice() -> None:
    one, two = make_province(3, schools=12), make_province(3, schools=12)
    assert one == two
    assert make_province(4, schools=12) != one
    everybody = [
        someone
        for school in one.schools
        for someone in (*people.pupils(one, school, 120), *people.staff(one, school, 10))
    ]
    assert len({someone.code for someone in everybody}) == len(everybody) == 12 * 130
    assert len({someone.national_id for someone in everybody}) == len(everybody)
    assert len({school.unit_id for school in one.schools}) == 12


@pytest.mark.parametrize("text", ["=1+1", "+84", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_an_exported_text_is_no_formula(text: str) -> None:
    assert plain(text) == f"'{text}"
    assert plain(f"x{text}") == f"x{text}"
    assert plain("") == ""
