"""`gate-bridge report`, as offices type it."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from python_calamine import CalamineWorkbook

from gate_contract.errors import SchoolgateError
from server_bridge.home import open_home
from server_bridge.store.database import Database
from server_bridge.store.schema.reports import tallies
from tests.builders.school import (
    COMMUNE,
    OTHER_SCHOOL,
    PROVINCE,
    SCHOOL,
    add_units_and_gates,
)
from tests.builders.school_morning import SchoolMorning
from tests.builders.shell import Shell

ON = ("--on", "2026-09-07")


@pytest.fixture(scope="module", autouse=True)
def in_october() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 10, 7, 1, tzinfo=UTC)):
        yield


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    made = Shell(tmp_path_factory.mktemp("reports") / "bridge")
    made.type("init")
    with closing(database(made)) as bridge:
        SchoolMorning(add_units_and_gates(bridge))
    return made


def database(shell: Shell) -> Database:
    return open_home(shell.home).database()


def test_a_report_on_the_terminal_and_as_files(shell: Shell, tmp_path: Path) -> None:
    shown = shell.type("report", "show", "--unit", COMMUNE, *ON, "--language", "en")
    assert "September 2026" in shown
    assert re.search(r"Trường THCS A +83\.3%", shown)
    assert "No figures" in shown
    assert "Tháng 09/2026" in shell.type("report", "show", "--unit", SCHOOL, *ON)
    told = shell.json("report", "show", "--unit", SCHOOL, "--period", "day", *ON)
    assert told["whole"]["kinds"]["pupil"]["scanned"] == 5
    files = {kind: tmp_path / f"report.{kind}" for kind in ("xlsx", "csv", "pdf")}
    named = [word for kind, file in files.items() for word in (f"--{kind}", str(file))]
    said = shell.type("report", "show", "--unit", COMMUNE, *ON, *named, "--place", "Xã C")
    assert said.count("Xã C, Tháng 09/2026") == 3
    assert CalamineWorkbook.from_path(files["xlsx"]).sheet_names[0] == "Tổng hợp"
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in files.values())
    assert "exported_report" in shell.type("account", "log")


def test_the_staffs_year(shell: Shell, tmp_path: Path) -> None:
    assert "Cô Mai" in shell.type("report", "staff", "--school", SCHOOL, "--year", "2026")
    records = shell.json("report", "staff", "--school", SCHOOL, "--year", "2026")["records"]
    assert [len(record["days"]) for record in records] == [1]
    file = tmp_path / "staff.xlsx"
    letter = tmp_path / "staff.pdf"
    files = ("--xlsx", str(file), "--pdf", str(letter), "--place", "Xã C")
    shell.type("report", "staff", "--school", SCHOOL, "--year", "2026", *files)
    assert letter.read_bytes().startswith(b"%PDF-")
    assert CalamineWorkbook.from_path(file).sheet_names[1] == "Các ngày thiếu lượt"
    with pytest.raises(SchoolgateError, match="not a school"):
        shell.type("report", "staff", "--school", COMMUNE)


def test_a_request_from_asking_to_reopening(shell: Shell, tmp_path: Path) -> None:
    late = ("--deadline", "2099-01-01 17:00")
    asked = shell.type("report", "ask", "--unit", PROVINCE, *ON, *late, "--by", "Sở")
    number = asked.split(":")[0]
    assert "Tháng 09/2026" in asked
    assert "2026-09-01 to 2026-09-30" in shell.type("report", "requests")
    mine = (number, "--school", SCHOOL, "--by", "cô Hà")
    assert "on time" in shell.type("report", "confirm", *mine)
    with pytest.raises(SchoolgateError, match="no figures"):
        shell.type("report", "confirm", number, "--school", OTHER_SCHOOL)
    for above in (COMMUNE, PROVINCE):
        with pytest.raises(SchoolgateError, match="not a school of"):
            shell.type("report", "confirm", number, "--school", above)
    assert "1 schools locked" in shell.type("report", "lock", *mine)
    with pytest.raises(SchoolgateError, match="locked"):
        shell.type("report", "confirm", *mine)
    shell.type("report", "reopen", *mine, "--reason", "sai số liệu", *late)
    shell.type("report", "confirm", *mine)
    status = shell.type("report", "status", number, "--language", "en")
    assert "1 on time, 0 late, 1 waiting, 0 missing" in status
    told = shell.json("report", "status", number)["schools"]
    assert [school["figures"] is None for school in told] == [False, True]
    assert [school["outcome"] for school in told] == ["on_time", "waiting"]
    file = tmp_path / "status.xlsx"
    assert "2 schools" in shell.type("report", "status", number, "--xlsx", str(file))
    assert "2 schools locked" in shell.type("report", "lock", number)
    shell.type("report", "close", number)
    assert "closed" in shell.type("report", "requests")
    for change in (("reopen", *mine, "--reason", "sai số liệu"), ("close", number)):
        with pytest.raises(SchoolgateError, match="closed"):
            shell.type("report", *change)


def test_reports_are_proven(shell: Shell) -> None:
    shell.type("report", "tally")
    assert "0 school days" in shell.type("report", "tally")
    assert "reports equal a recount" in shell.type("ledger", "verify")
    with closing(database(shell)) as bridge, bridge.write() as connection:
        connection.execute(tallies.update().values(late=tallies.c.late + 1))
    with pytest.raises(SchoolgateError, match="not what the gates wrote"):
        shell.type("ledger", "verify")
