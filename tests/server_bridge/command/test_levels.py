"""`gate-bridge level`, as the district's office types it."""

from contextlib import closing
from pathlib import Path

import pytest

from gate_contract.errors import SchoolgateError
from server_bridge.home import open_home
from tests.builders.district_people import HAMLET, OTHER_HAMLET, DistrictPeople
from tests.builders.school import SCHOOL, add_units_and_gates
from tests.builders.shell import Shell

NOTICE = ["level", "set", "--notice", "12/TB-UBND", "--issuer", "UBND tỉnh Đ"]


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    made = Shell(tmp_path_factory.mktemp("levels") / "bridge")
    made.type("init")
    with closing(open_home(made.home).database()) as database:
        people = DistrictPeople(add_units_and_gates(database)).lay_out()
        people.join("Trần Thị An", HAMLET)
        people.join("Lê Văn Bình", OTHER_HAMLET, "6B")
    return made


def test_a_notice_is_shown_applied_and_kept(shell: Shell) -> None:
    typed = [*NOTICE, "--as-of", "2026-09-02 06:00", "23293=yellow", f"{HAMLET}=đỏ"]
    shown = shell.type(*typed, "--dry-run")
    assert "(thcs-a): 1 none -> red, 1 none -> yellow; 1 newly refused" in shown
    assert "Trần" not in shown
    assert shell.json("level", "show", "--area", HAMLET)[0]["level"] is None
    with pytest.raises(AssertionError, match="Aborted"):
        shell.type(*typed, answer="n\n")
    assert "nothing" not in shell.type(*typed, answer="y\n")
    assert "nothing to do" in shell.type(*typed)
    assert f"{HAMLET}  Thôn 1: red ({HAMLET}, 12/TB-UBND of UBND tỉnh Đ, 2026-09-02 06:00)" in (
        shell.type("level", "show")
    )
    (before,) = shell.json("level", "show", "--area", "23293", "--at", "2026-09-02 05:59")
    assert before["level"] is None
    assert "2026-09-02 06:00  red  12/TB-UBND" in shell.type("level", "history", HAMLET)
    assert "level of the area above" in shell.type("level", "history", OTHER_HAMLET)


def test_a_policy_decides_who_is_newly_refused(shell: Shell) -> None:
    assert "red: refuse" in shell.type("level", "policy", SCHOOL)
    assert "red: signal" in shell.type("level", "policy", "tinh-d", "red=signal")
    typed = [*NOTICE[:3], "13", *NOTICE[4:], "--as-of", "2026-09-03", f"{OTHER_HAMLET}=red"]
    typed += ["--json", "--dry-run"]
    assert '"people":1' in shell.type(*typed)
    assert '"newly_refused":0' in shell.type(*typed)
    shell.type("level", "policy", "tinh-d", "red=inherit")
    assert '"newly_refused":1' in shell.type(*typed)
    assert shell.json("level", "policy", SCHOOL)["red"] == "refuse"


def test_a_notice_comes_as_a_spreadsheet_too(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "notice.csv"
    file.write_text(f"Mã xã;Cấp độ\n23294;cam\n{OTHER_HAMLET};tím\n", "utf-8")
    typed = [*NOTICE[:3], "14", *NOTICE[4:], "--as-of", "2026-09-04", "--file", str(file)]
    with pytest.raises(SchoolgateError, match="1 refused"):
        shell.type(*typed, "--yes")
    file.write_text("Mã xã;Cấp độ\n23294;cam\n", "utf-8")
    with pytest.raises(SchoolgateError, match="two levels, here and in the file"):
        shell.type(*typed, "23294=red", "--dry-run")
    assert "c23294  Xã G: none -> orange" in shell.type(*typed, "--yes")
    assert shell.json("level", "show", "--area", "23294")[0]["level"] == 3


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ([*NOTICE, "--as-of", "2026-09-02"], "at least one area"),
        ([*NOTICE, "--as-of", "2026-09-02", "h1"], "AREA=LEVEL"),
        ([*NOTICE, "--as-of", "2026-09-02", "h1=purple"], "no level"),
        ([*NOTICE, "--as-of", "2026-09-02", "h7=red"], "area list"),
        ([*NOTICE, "--as-of", "2026-09-02", "23293=red", "c23293=green"], "two levels"),
        ([*NOTICE, "--as-of", "2026-09-02", "--notice", "1" * 61, "h1=red"], "60 characters"),
        (["level", "policy", "nowhere"], "unit list"),
        (["level", "policy", SCHOOL, "red=shoot"], "admit, signal, refuse, inherit"),
        (["level", "policy", SCHOOL, "inherit=admit"], "LEVEL=ACTION"),
    ],
)
def test_mistakes_are_one_sentence(shell: Shell, words: list[str], named: str) -> None:
    with pytest.raises(SchoolgateError, match=named):
        shell.type(*words)
