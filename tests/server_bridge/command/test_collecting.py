"""`gate-bridge list` and `gate-bridge collection`, as offices type them."""

from contextlib import closing
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from gate_contract.errors import SchoolgateError
from server_bridge.home import open_home
from tests.builders.district_people import HAMLET, DistrictPeople
from tests.builders.documents import DOCM, PDF
from tests.builders.school import OTHER_SCHOOL, PROVINCE, SCHOOL, add_units_and_gates
from tests.builders.shell import Shell

LATER = "2099-01-01 00:00"


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    made = Shell(tmp_path_factory.mktemp("lists") / "bridge")
    made.type("init")
    with closing(open_home(made.home).database()) as database:
        people = DistrictPeople(add_units_and_gates(database)).lay_out()
        people.join("Trần Thị An", HAMLET)
        people.join("Y Hằng", None, school=OTHER_SCHOOL)
    notice = ["--notice", "1", "--issuer", "UBND", "--as-of", "2026-09-02", "--yes"]
    made.type("level", "set", *notice, f"{HAMLET}=orange")
    return made


def test_a_list_on_the_terminal_and_as_a_letter(shell: Shell, tmp_path: Path) -> None:
    asked = ["list", "--school", SCHOOL, "--level", "orange", "--as-of", "2026-09-02"]
    shown = shell.type(*asked)
    assert "1  Trần Thị An  28/02/2014  6A     Thôn 1  Xã C     orange  signal" in shown
    assert "Hằng" not in shown
    assert "6A         0       0       1    0     0    1" in shown
    assert shell.json(*asked[:-1], "2026-09-01")["rows"] == []
    file = tmp_path / "list.xlsx"
    assert "1 people" in shell.type(*asked, "--by", "area", "--xlsx", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    assert CalamineWorkbook.from_path(file).sheet_names[0] == "Danh sách"
    assert list(tmp_path.iterdir()) == [file]


def test_a_collection_from_opening_to_closing(shell: Shell, tmp_path: Path) -> None:
    plan = tmp_path / "kế hoạch.doc"  # whatever its name says
    plan.write_bytes(PDF)
    asked = ["--unit", PROVINCE, "--as-of", "2026-09-02", "--deadline", LATER, "--by", "Sở"]
    opened = shell.type("collection", "open", "--title", "Danh sách tuần 1", *asked)
    number = opened.split(":")[0]
    assert "2 schools" in opened
    assert f"{number}  Danh sách tuần 1 (tinh-d)" in shell.type("collection", "list")
    mine = [number, "--school", SCHOOL, "--by", "cô Hà"]
    assert "in progress" in shell.type("collection", "save", *mine)
    assert "on time" in shell.type("collection", "submit", *mine, "--plan", str(plan))
    shown = shell.type("collection", "status", number)
    assert "missing: Trường Tiểu học B" in shown
    assert "An" not in shown.replace("Danh", "")
    assert shell.json("collection", "status", number)["missing"] == ["Trường Tiểu học B"]
    assert "1 schools locked" in shell.type("collection", "lock", number, "--school", SCHOOL)
    assert "1 schools locked" in shell.type("collection", "lock", number)
    with pytest.raises(SchoolgateError, match="locked"):
        shell.type("collection", "submit", *mine, "--plan", str(plan))
    shell.type("collection", "reopen", *mine, "--reason", "thiếu 6B", "--deadline", LATER)
    folder = tmp_path / "out"
    log = shell.type("collection", "show", number, "--school", SCHOOL, "--out", str(folder))
    assert f"reopened by cô Hà, until {LATER}: thiếu 6B" in log
    assert sorted(path.name for path in folder.iterdir()) == [
        f"{SCHOOL}-kế hoạch.pdf",
        f"{SCHOOL}.xlsx",
    ]
    file = tmp_path / "roll-up.xlsx"
    shell.type("collection", "status", number, "--xlsx", str(file))
    assert CalamineWorkbook.from_path(file).sheet_names == ["Tổng hợp", "Các trường"]
    assert "closed" in shell.type("collection", "close", number)
    with pytest.raises(SchoolgateError, match="closed already"):
        shell.type("collection", "close", number)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["list", "--school", PROVINCE], "not a school"),
        (["list", "--school", SCHOOL, "--xlsx", "no/such/folder/x.xlsx"], "choose a folder"),
        (["collection", "status", "99"], "collection list"),
        (["collection", "show", "99"], "collection list"),
        (["collection", "submit", "99", "--school", SCHOOL], "collection list"),
    ],
)
def test_mistakes_are_one_sentence(shell: Shell, words: list[str], named: str) -> None:
    with pytest.raises(SchoolgateError, match=named):
        shell.type(*words)


def test_a_collection_is_asked_of_a_unit_in_time_and_answered_without_macros(
    shell: Shell, tmp_path: Path
) -> None:
    asked = ["collection", "open", "--title", "T", "--as-of", "2026-09-02"]
    for more, named in (
        (["--unit", SCHOOL, "--deadline", LATER], "above schools"),
        (["--unit", PROVINCE, "--deadline", "2026-09-01"], "must be in the future"),
        (["--unit", PROVINCE, "--deadline", LATER, "--by", " "], "--by"),
        (["--unit", PROVINCE, "--deadline", LATER, "--title", " "], "title"),
    ):
        with pytest.raises(SchoolgateError, match=named):
            shell.type(*asked, *more)
    number = shell.type(*asked, "--unit", PROVINCE, "--deadline", LATER).split(":")[0]
    plan = tmp_path / "plan.docx"
    plan.write_bytes(DOCM)
    with pytest.raises(SchoolgateError, match=r"plan\.docx: the file has macros"):
        shell.type("collection", "submit", number, "--school", SCHOOL, "--plan", str(plan))
    with pytest.raises(SchoolgateError, match="say whose files"):
        shell.type("collection", "show", number, "--out", str(tmp_path))
    with pytest.raises(SchoolgateError, match="not submitted yet"):
        shell.type("collection", "show", number, "--school", SCHOOL, "--out", str(tmp_path))
