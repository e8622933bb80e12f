"""Two small files beside the ledger: a doubt about it, for gate-scan to look into, and its name.

gate-uplink may find that the ledger is damaged, but only gate-scan may put another in its place.
The name is kept twice because everything depends on it: a ledger whose id is damaged would be
taken for another one by the district, and all of it counted again.
"""

import contextlib
from pathlib import Path
from typing import Literal

from gate_contract.durable_file import replace_file

Reason = Literal["damaged", "forked"]
"""`forked`: the district holds other records than this file, which is an old copy then."""

REPORT_NAME = "ledger.doubt"
IDENTITY_NAME = "ledger.id"


def report_damage(path: Path, reason: Reason) -> None:
    """Ask gate-scan to look into the ledger at `path`. What cannot be asked is found at a start."""
    with contextlib.suppress(OSError):
        path.with_name(REPORT_NAME).write_text(reason, "ascii")


def reported_reason(path: Path) -> str:
    """The reason of the doubt, empty if there is none."""
    try:
        return path.with_name(REPORT_NAME).read_text("ascii")
    except (OSError, UnicodeDecodeError):
        return ""


def clear_report(path: Path) -> None:
    """The doubt has been looked into. Raises OSError."""
    path.with_name(REPORT_NAME).unlink(missing_ok=True)


def write_identity(path: Path, gate_id: str, ledger_id: str) -> None:
    """Write down whose ledger this is, unless that is done. Raises OSError."""
    if read_identity(path) != (gate_id, ledger_id):
        replace_file(path.with_name(IDENTITY_NAME), f"{gate_id} {ledger_id}\n".encode(), 0o660)


def read_identity(path: Path, name: str = IDENTITY_NAME) -> tuple[str, str] | None:
    """Gate and ledger as they were written down, None if that is not there or not readable."""
    try:
        gate_id, ledger_id = path.with_name(name).read_text("ascii").split()
    except (OSError, ValueError):
        return None
    return gate_id, ledger_id
