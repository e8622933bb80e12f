"""Install the gate's Python packages into a root of another architecture, running nothing of it.

pip downloads wheels for the root's interpreter and checks their hashes. Packages without a wheel
are built here if they are pure Python; `lgpio`, the only other one, is built by `native.py`.
"""

import re
import sys
import tomllib
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

from packaging.markers import Marker

from firmware_config.image import native
from firmware_config.image.archive import Archive
from firmware_config.image.tools import run

HOME = Path("opt/schoolgate")
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
OLDEST_GLIBC, NEWEST_GLIBC = 17, 41  # manylinux2014, and trixie's
OUR_OWN = "schoolgate-gate"
PROJECT = Path("wheels/gate")
"""In this repository: what the gate's wheel is built from."""
NATIVE = "lgpio"
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
SCRIPTS = "../../bin/"
# Nothing but what was fetched and checked may be installed, whatever pip's settings here are.
SEALED = {"PIP_CONFIG_FILE": "/dev/null", "PIP_FIND_LINKS": "", "PIP_ROOT_USER_ACTION": "ignore"}


@dataclass(frozen=True, slots=True)
class Interpreter:
    """The root's Python: its `major.minor`, and Debian's name of the architecture."""

    version: str
    architecture: str

    @property
    def environment(self) -> dict[str, str]:
        """The values of the markers in a lock file."""
        return {
            "implementation_name": "cpython",
            "os_name": "posix",
            "platform_machine": MACHINES[self.architecture],
            "platform_python_implementation": "CPython",
            "platform_system": "Linux",
            "python_full_version": f"{self.version}.0",
            "python_version": self.version,
            "sys_platform": "linux",
        }

    @property
    def options(self) -> list[str]:
        """The options of pip to select wheels for it."""
        machine = MACHINES[self.architecture]
        glibc = range(OLDEST_GLIBC, NEWEST_GLIBC + 1)
        platforms = [f"manylinux_2_{minor}_{machine}" for minor in glibc]
        platforms += [f"manylinux2014_{machine}", f"linux_{machine}"]
        named = [option for name in platforms for option in ("--platform", name)]
        return ["--python-version", self.version, "--implementation", "cp", *named]


def interpreter(root: Path, architecture: str) -> Interpreter:
    """Return the version of Debian's python3 in `root`."""
    return Interpreter(
        (root / "usr/bin/python3").readlink().name.removeprefix("python"), architecture
    )


def site(root: Path, of: Interpreter) -> Path:
    """Return the folder of the gate's packages."""
    return root / HOME / "lib" / f"python{of.version}" / "site-packages"


def wanted(lock: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return a lock file's requirements for an interpreter: name, to the line with hashes."""
    lines = re.sub(r"^\s*#.*$", "", lock, flags=re.MULTILINE).replace("\\\n", " ")
    found = {}
    for line in filter(None, map(str.strip, lines.splitlines())):
        requirement, *hashes = re.split(r"\s+(?=--hash=)", line)
        pinned, _, marker = requirement.partition(";")
        if not marker or Marker(marker.strip()).evaluate(dict(environment)):
            pinned = pinned.strip()
            found[pinned.partition("==")[0]] = " ".join([pinned, *hashes])
    return found


def install(
    root: Path,
    locks: list[Path],
    left_out: Set[str],
    repository: Path,
    of: Interpreter,
    archive: Archive,
    work: Path,
    env: Mapping[str, str],
) -> None:
    """Install a virtual environment at /opt/schoolgate into `root`, with the gate's own wheel.

    `env` tells builders of wheels what time it is.
    """
    requirements: dict[str, str] = {}
    for lock in locks:
        requirements |= wanted(lock.read_text("utf-8"), of.environment)
    for name in left_out:
        del requirements[name]
    wheels = work / "wheels"
    wheels.mkdir()
    asked = work / "requirements.txt"
    asked.write_text("".join(f"{line}\n" for line in requirements.values()))
    fetch = [*PIP, "download", "--no-deps", "--require-hashes", "-d", wheels, "-r", asked]
    run([*fetch, *of.options])
    build = [*PIP, "wheel", "--no-deps", "--no-build-isolation", "-w", wheels]
    place = site(root, of)
    place.mkdir(parents=True)
    for source in wheels.glob("*.tar.gz"):
        if source.name.startswith(f"{NATIVE}-"):
            native.lgpio(source, place, of.version, of.architecture, archive, work)
            del requirements[NATIVE]
        else:
            run([*build, source], env=env)
    run([*build, repository / PROJECT], env=env)
    put = [*PIP, "install", "--no-index", "--no-deps", "--no-compile", "--only-binary", ":all:"]
    put += ["--find-links", str(wheels), "--target", str(place), *of.options]
    run([*put, OUR_OWN, *(line.split()[0] for line in requirements.values())], env=SEALED)
    forget_scripts(place)
    for tests in sorted(place.glob("numpy/**/tests")):  # two thirds of all Python files
        rmtree(tests)
    _environment(root / HOME, of, commands(repository))


def commands(repository: Path) -> dict[str, str]:
    """Return the commands that the gate's wheel declares, each with its `module:function`."""
    project = tomllib.loads((repository / PROJECT / "pyproject.toml").read_text("utf-8"))
    scripts: dict[str, str] = project["project"]["scripts"]
    return scripts


def forget_scripts(place: Path) -> None:
    """Remove pip's scripts, and their lines in the packages' records (PEP 376).

    The scripts name the interpreter of the machine that builds, and their hashes would differ
    between builders.
    """
    rmtree(place / "bin", ignore_errors=True)
    for record in sorted(place.glob("*.dist-info/RECORD")):
        lines = record.read_text("utf-8").splitlines(keepends=True)
        record.write_text("".join(line for line in lines if not line.startswith(SCRIPTS)), "utf-8")


def trust_compiled(root: Path) -> None:
    """Let no import compare compiled modules with their sources.

    In a root that cannot be written to, what Debian has compiled stays valid. (PEP 552: bit 0 of
    the flags, by hash; bit 1, compared.)
    """
    for path in sorted((root / "usr/lib").glob("python3*/**/*.pyc")):
        compiled = bytearray(path.read_bytes())
        if compiled[4:8] == b"\3\0\0\0":
            compiled[4] = 1
            path.write_bytes(compiled)


def _environment(home: Path, of: Interpreter, scripts: Mapping[str, str]) -> None:
    """Write what `python -m venv --system-site-packages` writes, and the commands of a gate."""
    (home / "bin").mkdir()
    (home / "bin" / "python").symlink_to("/usr/bin/python3")
    (home / "pyvenv.cfg").write_text(
        f"home = /usr/bin\ninclude-system-site-packages = true\nversion = {of.version}\n"
    )
    for name, entry_point in scripts.items():
        module, _, function = entry_point.partition(":")
        command = home / "bin" / name
        command.write_text(
            f"#!/{HOME}/bin/python\nfrom {module} import {function}\n\n{function}()\n"
        )
        command.chmod(0o755)
