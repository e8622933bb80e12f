"""The settings that a bare root gets from this machine; nothing is skipped there silently."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fresh import carried
from tests.fresh.__main__ import ROOT


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set up a machine on which pip takes packages from folders."""
    for name in ("index/simple", "index/files", "wheels", "xdg/pip", "home/.config/pip"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "limits.txt").touch()
    index = f"file://{tmp_path}/index/simple"
    (tmp_path / "xdg/pip/pip.conf").write_text(f"[install]\nconstraint = {tmp_path}/limits.txt\n")
    text = f"[global]\nextra-index-url =\n  https://x.example/simple\n  {index}\ntimeout = 7\n"
    (tmp_path / "home/.config/pip/pip.conf").write_text(text)
    for name in ("XDG_CONFIG_HOME", "PIP_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "xdg"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    return tmp_path


def test_pips_folders_come_along_and_what_an_index_lists(settings: Path) -> None:
    ours = [path for path in carried.mounted() if path.is_relative_to(settings)]
    assert ours == [settings / "index", settings / "limits.txt", settings / "wheels"]
    assert carried.environment()["PIP_FIND_LINKS"] == str(settings / "wheels")
    root = settings / "root"
    (root / "etc/apt/apt.conf.d").mkdir(parents=True)
    (root / "usr/local/share").mkdir(parents=True)
    (root / "etc/ssl").mkdir()
    carried.carry(root)
    lines = (root / "etc/pip.conf").read_text("utf-8").splitlines()
    assert f"constraint = {settings}/limits.txt" in lines
    assert f"extra-index-url = https://x.example/simple file://{settings}/index/simple" in lines


@pytest.mark.parametrize(
    ("reason", "code"), [("this machine has no moon", 0), ("not installed: moon", 1)]
)
def test_a_skip_for_want_of_a_package_fails_where_it_must_not_be(
    tmp_path: Path, reason: str, code: int
) -> None:
    (tmp_path / "test_it.py").write_text(
        f"import pytest\n@pytest.mark.skipif(True, reason={reason!r})\ndef test_it(): ...\n"
    )
    ours = ["-p", "tests.conftest", "-p", "no:cacheprovider", "-c", "/dev/null", str(tmp_path)]
    options: list[str]
    for options, expected in (([], 0), (["--nothing-skipped"], code)):
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *options, *ours],
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
        assert done.returncode == expected, done.stdout.decode()
