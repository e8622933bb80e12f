"""The shipped units, parsed as systemd parses them: a directive may be given more than once."""

import subprocess
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "systemd"
NAMES = ["gate-scan.service", "gate-uplink.service", "gate-bridge.service"]


def directives(text: str) -> dict[str, list[str]]:
    """Return every value of every directive, in order, of all sections."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if "=" in line and not line.startswith(("#", ";")):
            key, value = line.split("=", 1)
            found.setdefault(key, []).append(value)
    return found


def unit(name: str) -> dict[str, list[str]]:
    return directives((FOLDER / name).read_text())


def allowed_calls(name: str) -> set[str]:
    """Return the calls that a unit's filter allows: each line adds or removes, in order."""
    calls: set[str] = set()
    for line in unit(name)["SystemCallFilter"]:
        for word in line.removeprefix("~").split():
            these = _group(word) if word.startswith("@") else {word}
            calls = calls - these if line.startswith("~") else calls | these
    return calls


@cache
def _group(name: str) -> frozenset[str]:
    listed = subprocess.run(
        ["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True
    )
    calls: set[str] = set()
    for call in (line.strip() for line in listed.stdout.splitlines()[1:]):
        if call.startswith("@"):
            calls |= _group(call)
        elif call and not call.startswith("#"):
            calls.add(call)
    return frozenset(calls)
