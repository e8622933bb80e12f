"""The shipped units, read as systemd reads them: a directive may be given more than once."""

from pathlib import Path

FOLDER = Path(__file__).parents[2] / "systemd"
NAMES = ["gate-scan.service", "gate-uplink.service", "gate-bridge.service"]


def directives(text: str) -> dict[str, list[str]]:
    """Every value of every directive, in order, of all sections."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if "=" in line and not line.startswith(("#", ";")):
            key, value = line.split("=", 1)
            found.setdefault(key, []).append(value)
    return found


def unit(name: str) -> dict[str, list[str]]:
    return directives((FOLDER / name).read_text())
