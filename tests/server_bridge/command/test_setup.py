"""The `gate-bridge` command, as a technician types it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from gate_contract.errors import SchoolgateError
from server_bridge.cli import gate_bridge


class Shell:
    """Types commands on one home folder."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def type(self, *words: str) -> str:
        done = CliRunner().invoke(gate_bridge, [*words, "--home", str(self.home)])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.output


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    made = Shell(tmp_path / "bridge")
    made.type("init")
    made.type("unit", "add", "xa-c", "--name", "Xã C", "--level", "commune")
    made.type("unit", "add", "thcs-a", "--name", "Trường THCS A", "--parent", "xa-c")
    return made


def test_from_an_empty_folder_to_printed_cards_and_a_gate(shell: Shell, tmp_path: Path) -> None:
    assert "  thcs-a  Trường THCS A (school)" in shell.type("unit", "list")
    shell.type("gate", "add", "gate-a1", "--unit", "thcs-a", "--out", str(tmp_path / "gate"))
    assert (tmp_path / "gate" / "gate.toml").stat().st_mode & 0o777 == 0o644
    assert (tmp_path / "gate" / "tls" / "key.pem").stat().st_mode & 0o777 == 0o600
    issued = json.loads(shell.type("card", "issue", "--unit", "thcs-a", "--count", "3", "--json"))
    assert len(issued) == 3
    shell.type("card", "print", "--unit", "thcs-a", "--out", str(tmp_path / "cards.pdf"))
    assert (tmp_path / "cards.pdf").read_bytes().startswith(b"%PDF")
    counts = json.loads(shell.type("counts", "--json"))
    assert [unit["unit_id"] for unit in counts["units"]] == ["xa-c", "thcs-a"]
    assert "counts equal a recount" in shell.type("ledger", "verify")


def test_a_stolen_gate_stays_shut_out(shell: Shell, tmp_path: Path) -> None:
    shell.type("gate", "add", "gate-a1", "--unit", "thcs-a", "--out", str(tmp_path / "gate"))
    access = shell.home / "broker" / "acl"
    shell.type("broker-config")
    assert "gate-a1" not in access.read_text()
    shell.type("gate", "shut-out", "gate-a1")
    shell.type("viewer", "add", "hall", "--out", str(tmp_path / "viewer"))
    shell.type("broker-config")  # renewed for another reason
    assert "gate-a1" in access.read_text()
    assert "shut out" in shell.type("gate", "list")
    shell.type("gate", "shut-out", "gate-a1", "--undo")
    shell.type("broker-config")
    assert "gate-a1" not in access.read_text()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["unit", "add", "x y", "--name", "X"], "unit's id"),
        (["unit", "add", "x", "--name", "X" * 300], "200"),
        (["unit", "add", "xa-c", "--name", "X"], "already"),
        (["unit", "add", "x", "--name", "X", "--parent", "nowhere"], "parent first"),
        (["unit", "add", "x", "--name", "X", "--parent", "thcs-a"], "school"),
        (["gate", "add", "Cổng", "--unit", "thcs-a", "--out", "out"], "gate_id"),
        (["gate", "add", "gate-1", "--unit", "xa-c", "--out", "out"], "not a school"),
        (["gate", "shut-out", "gate-9"], "gate list"),
        (["card", "issue", "--unit", "nowhere"], "unit list"),
        (["card", "issue", "--unit", "thcs-a", "--until", "2001-01-01"], "no such card"),
        (["card", "print", "--unit", "thcs-a", "--out", "cards.pdf"], "issue some first"),
    ],
)
def test_a_mistake_is_one_sentence(shell: Shell, words: list[str], named: str) -> None:
    with pytest.raises(SchoolgateError, match=named):
        shell.type(*words)


def test_a_folder_that_is_not_there_is_named(shell: Shell) -> None:
    shell.type("card", "issue", "--unit", "thcs-a")
    with pytest.raises(SchoolgateError, match="choose a folder"):
        shell.type("card", "print", "--unit", "thcs-a", "--out", "no/such/folder/cards.pdf")


def test_an_empty_gate_folder_only(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    add = ["gate", "add", "gate-a1", "--unit", "thcs-a", "--out"]
    with pytest.raises(SchoolgateError, match="not empty"):
        shell.type(*add, str(tmp_path / "full"))
    shell.type(*add, str(tmp_path / "new"))  # nothing was registered by the first try
