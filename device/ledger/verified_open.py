"""Open the ledger for gate-scan: verify it first, and replace a damaged one by a new one.

Nothing is ever deleted. A file that is set aside keeps its contents, and gate-uplink delivers what
still verifies in it (`salvage`).
"""

import os
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import structlog

from device.ledger import damage_report
from device.ledger.file import (
    ForeignLedgerError,
    LedgerAbsentError,
    LedgerDamagedError,
    LedgerFile,
    explained,
)
from device.ledger.scan_ledger import ScanLedger
from device.ledger.verification import verify
from gate_contract.durable_file import sync_folder

log = structlog.get_logger()


class LedgerOpener:
    """Opens the ledger at each call; raises LedgerError.

    The first call of a process verifies the whole file, and so does a call while damage is
    reported. Other calls do not, because a full disk is tried again every second.
    """

    def __init__(self, path: Path, gate_id: str) -> None:
        self._path = path
        self._gate_id = gate_id
        self._proven = False

    def __call__(self) -> ScanLedger:
        """Return the open ledger, verified if that is due. Raises LedgerError."""
        if not self._proven or damage_report.reported_reason(self._path):
            with explained(self._path):
                verify_or_set_aside(self._path, self._gate_id)
            self._proven = True
        return ScanLedger.open(self._path, self._gate_id, make=True)


def verify_or_set_aside(path: Path, gate_id: str) -> Path | None:
    """Verify the ledger at `path`; set it aside if it is damaged, and return its new path.

    Raises:
        LedgerError: it cannot be read now, or is another gate's. Nothing has been moved.
        OSError: the folder cannot be written.
    """
    moved = None
    if path.exists() and path.stat().st_size:
        reason = "forked" if damage_report.reported_reason(path) == "forked" else ""
        try:
            _prove(path, gate_id)
        except LedgerDamagedError as error:
            reason = "damaged"
            log.error("ledger damaged", error=str(error))  # noqa: TRY400
        if reason:
            moved = set_aside(path, reason)
            log.error("ledger set aside", file=moved.name)
    damage_report.clear_report(path)
    return moved


def _prove(path: Path, gate_id: str) -> None:
    named = damage_report.read_identity(path)
    try:
        with closing(LedgerFile.open(path, gate_id)) as ledger:
            if named and named != (gate_id, ledger.ledger_id):
                raise LedgerDamagedError(
                    f"its id is {ledger.ledger_id}, but it was created as {named[1]}"
                )
            verify(ledger)
    except LedgerAbsentError as error:
        if named:
            raise LedgerDamagedError(f"{path} is empty, but was created as {named[1]}") from error
    except ForeignLedgerError as error:
        if named and named[0] == gate_id:  # created for this gate: the id was damaged
            raise LedgerDamagedError(str(error)) from error
        raise


def set_aside(path: Path, reason: str) -> Path:
    """Move a ledger's files away together; return the new path. Raises OSError.

    They get a second name first and lose the first name last: whenever power fails in between,
    either the damaged ledger is still in its place or all of it is under its new name. (A database
    without its write-ahead log would look complete, and lack its newest records.)
    """
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    number = 1
    while (target := path.with_name(f"ledger-{reason}-{stamp}-{number}.db")).exists():
        number += 1
    for part in ("-wal", ""):
        source = path.with_name(path.name + part)
        if source.exists():
            os.link(source, target.with_name(target.name + part))
    if path.with_name(damage_report.IDENTITY_NAME).exists():
        os.link(path.with_name(damage_report.IDENTITY_NAME), target.with_suffix(".id"))
    sync_folder(path.parent)
    for part in ("", "-wal", "-shm"):
        path.with_name(path.name + part).unlink(missing_ok=True)
    path.with_name(damage_report.IDENTITY_NAME).unlink(missing_ok=True)
    sync_folder(path.parent)
    return target
