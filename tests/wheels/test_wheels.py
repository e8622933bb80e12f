"""A gate installs no module of the district, and the district's server none of the gate."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

REPOSITORY = Path(__file__).parents[2]
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
PARTS = {
    "gate": ({"gate_contract", "device"}, {"gate", "gate-update"}, "device"),
    "bridge": ({"gate_contract", "server_bridge"}, {"gate-bridge"}, "server"),
}


def project(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    return told


@pytest.mark.parametrize("name", PARTS)
def test_a_wheel_holds_its_own_packages_and_commands(name: str, tmp_path: Path) -> None:
    packages, commands, _ = PARTS[name]
    build = ["wheel", "--no-deps", "--no-index", "--no-build-isolation", "-w", str(tmp_path)]
    subprocess.run([*PIP, *build, str(REPOSITORY / "wheels" / name)], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with ZipFile(wheel) as archive:
        names = archive.namelist()
        scripts = archive.read(next(one for one in names if one.endswith("entry_points.txt")))
    folders = {one.partition("/")[0] for one in names}
    assert {one for one in folders if not one.endswith(".dist-info")} == packages
    assert not [one for one in names if one.endswith(".pyc")]
    lines = [line for line in scripts.decode().splitlines() if "=" in line]
    assert {line.partition(" =")[0] for line in lines} == commands
    for package in packages:
        sources = {str(p.relative_to(REPOSITORY)) for p in (REPOSITORY / package).rglob("*.py")}
        assert sources <= set(names)


@pytest.mark.parametrize("name", PARTS)
def test_a_wheel_needs_what_the_project_declares_for_its_part(name: str) -> None:
    whole, part = project(REPOSITORY), project(REPOSITORY / "wheels" / name)
    wanted = whole["dependencies"] + whole["optional-dependencies"][PARTS[name][2]]
    assert sorted(part["dependencies"]) == sorted(wanted)
    for command, entry_point in part["scripts"].items():
        assert whole["scripts"].get(command, entry_point) == entry_point
