"""Two small files beside the ledger: a report of damage for gate-scan, and a copy of its identity.

gate-uplink may find that the ledger is damaged, but only gate-scan may replace it. The identity is
stored twice because everything depends on it: the district would take a ledger with a damaged id
for another one, and count all of it again.
"""

import contextlib
from pathlib import Path
from typing import Literal

from gate_contract.durable_file import replace_file

Reason = Literal["damaged", "forked"]
"""`forked`: the district holds other records than this file, which is therefore an old copy."""

REPORT_NAME = "ledger.doubt"
IDENTITY_NAME = "ledger.id"


def report_damage(path: Path, reason: Reason) -> None:
    """Ask gate-scan to verify the ledger at `path`.

    A report that cannot be written is dropped: gate-scan verifies the ledger at each start.
    """
    with contextlib.suppress(OSError):
        path.with_name(REPORT_NAME).write_text(reason, "ascii")


def reported_reason(path: Path) -> str:
    """Return the reason of the report, empty if there is none."""
    try:
        return path.with_name(REPORT_NAME).read_text("ascii")
    except (OSError, UnicodeDecodeError):
        return ""


def clear_report(path: Path) -> None:
    """Remove the report after the ledger was verified. Raises OSError."""
    path.with_name(REPORT_NAME).unlink(missing_ok=True)


def write_identity(path: Path, gate_id: str, ledger_id: str) -> None:
    """Store gate_id and ledger_id beside the ledger if they are not there. Raises OSError."""
    if read_identity(path) != (gate_id, ledger_id):
        replace_file(path.with_name(IDENTITY_NAME), f"{gate_id} {ledger_id}\n".encode(), 0o660)


def read_identity(path: Path, name: str = IDENTITY_NAME) -> tuple[str, str] | None:
    """Return the stored gate_id and ledger_id, None if they are missing or unreadable."""
    try:
        gate_id, ledger_id = path.with_name(name).read_text("ascii").split()
    except (OSError, ValueError):
        return None
    return gate_id, ledger_id
