"""The ledger file: how it is opened, and what both services read of it."""

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from device.ledger import damage_report, rows
from gate_contract.crossing import Record, chain_start
from gate_contract.errors import SchoolgateError

BUSY_S = 5
LOG_BYTES = 4_000_000
"""Limit of the write-ahead log when it restarts, a thousand pages (4,120,032 B).

Without a limit it keeps the largest size that a long reader ever caused.
"""


class LedgerError(SchoolgateError):
    """The ledger could not be opened, read or written; nothing was recorded."""


class LedgerAbsentError(LedgerError):
    """gate-scan has not created the ledger yet."""


class LedgerDamagedError(LedgerError):
    """The content differs from what was written: gate-scan sets the file aside."""


class ForeignLedgerError(LedgerError):
    """The ledger of another gate, which is left alone."""


class LedgerFile:
    """An open ledger. It has one connection, for one thread."""

    def __init__(
        self, connection: sqlite3.Connection, path: Path, gate_id: str, ledger_id: str
    ) -> None:
        self._connection = connection
        self.path = path
        self.gate_id = gate_id
        self.ledger_id = ledger_id
        at = path.stat()
        self._identity = (at.st_dev, at.st_ino)

    @classmethod
    def open(cls, path: Path, gate_id: str, *, make: bool = False) -> Self:
        """Open an existing file; with `make`, create or migrate it first.

        Raises:
            LedgerError: it does not exist yet, cannot be written, is damaged, or is another gate's.
        """
        if not make and not path.exists():
            raise _absent(path)
        with explained(path):
            if make:
                _touch(path)
            connection = _connect(path, "rw")
            try:
                if make:
                    _make(connection, path, gate_id)
                _check_made(connection, path)
                named = connection.execute("SELECT gate_id, ledger_id FROM ledger").fetchone()
            except BaseException:
                connection.close()
                raise
        if named is None:
            connection.close()
            raise LedgerDamagedError(f"{path}: the ledger's identity is missing")
        owner, ledger_id = named
        if owner != gate_id:
            connection.close()
            raise ForeignLedgerError(
                f"{path} is the ledger of gate {owner}, and this is {gate_id}. Deliver it there "
                "first, or move the file away; a gate never writes another gate's ledger."
            )
        return cls(connection, path, gate_id, ledger_id)

    def close(self) -> None:
        """Close the connection. The file is consistent at any moment, closed or not."""
        self._connection.close()

    def head(self) -> tuple[int, bytes]:
        """Return the newest seq (0: none yet) and its chain hash."""
        row = self._row("SELECT seq, chain FROM records ORDER BY seq DESC LIMIT 1")
        return (
            (row[0], self._hash(row[1])) if row else (0, chain_start(self.gate_id, self.ledger_id))
        )

    def oldest(self) -> int:
        """Return the oldest seq that can be sent.

        A pruned ledger holds one more row, which is kept for its chain hash.
        """
        (seq,) = self._row("SELECT min(seq) FROM records") or (None,)
        return 1 if seq in (None, 1) else seq + 1

    def chain_at(self, seq: int) -> bytes | None:
        """Return the chain hash after `seq`, None if that row is pruned or not written yet."""
        if seq == 0:
            return chain_start(self.gate_id, self.ledger_id)
        row = self._row("SELECT chain FROM records WHERE seq = ?", seq)
        return self._hash(row[0]) if row else None

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read a consistent snapshot within this context, whatever is written meanwhile."""
        with explained():
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def records(self, first: int, last: int) -> Iterator[tuple[Record, bytes]]:
        """Yield the existing records `first`..`last` in order, each with its chain hash."""
        with self._explained():
            for row in self._connection.execute(
                # All columns: gate-scan may be migrating, so the newest column may be missing.
                "SELECT * FROM records WHERE seq BETWEEN ? AND ? ORDER BY seq",
                (first, last),
            ):
                try:
                    record, chain = rows.decode(row)
                except ValueError as error:
                    raise LedgerDamagedError(f"record {row[0]} is damaged: {error}") from error
                yield record, self._hash(chain)

    def damage(self) -> str | None:
        """Return what SQLite's integrity check finds wrong, None if nothing."""
        row = self._row("PRAGMA integrity_check(1)")
        return None if row == ("ok",) else str(row)

    def receipted(self) -> int:
        """Return the seq up to which everything is stored at the district."""
        row = self._row("SELECT receipted FROM delivery")
        return row[0] if row else 0

    def _row(self, sql: str, *values: object) -> "tuple[Any, ...] | None":
        with self._explained():
            row: tuple[Any, ...] | None = self._connection.execute(sql, values).fetchone()
            return row

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._explained(), transaction(self._connection):
            yield self._connection

    def _hash(self, stored: object) -> bytes:
        # SQLite stores any type in any column, so damage can change a hash's type.
        if isinstance(stored, bytes) and len(stored) == 32:
            return stored
        damage_report.report_damage(self.path, "damaged")
        raise LedgerDamagedError("a chain hash is damaged")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            with explained():
                yield
        except LedgerDamagedError:
            damage_report.report_damage(self.path, "damaged")
            raise


def create(path: Path, gate_id: str) -> None:
    """Create the file, or migrate an older one.

    Raises:
        LedgerError: the file or its folder cannot be written, or is damaged.
    """
    LedgerFile.open(path, gate_id, make=True).close()


def _touch(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # SQLite asks for 0644 whatever the umask; gate-uplink writes through the group.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o660))


def _make(connection: sqlite3.Connection, path: Path, gate_id: str) -> None:
    from device.ledger import schema  # halves the start of all commands that make no ledger

    with transaction(connection):  # one transaction: no reader sees a part of it
        schema.migrate(connection)
        connection.execute(
            "INSERT OR IGNORE INTO ledger VALUES (1, ?, ?, ?)",
            (gate_id, secrets.token_hex(16), datetime.now(UTC).isoformat()),
        )
    named = connection.execute("SELECT gate_id, ledger_id FROM ledger").fetchone()
    damage_report.write_identity(path, *named)


def _check_made(connection: sqlite3.Connection, path: Path) -> None:
    """Raise LedgerAbsentError while gate-scan is about to create it, in one transaction."""
    if connection.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,):
        raise _absent(path)


def _absent(path: Path) -> LedgerAbsentError:
    return LedgerAbsentError(f"{path} does not exist yet; gate-scan creates it when it starts")


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True)
    try:
        connection.isolation_level = None  # transactions are explicit
        connection.executescript(
            f"PRAGMA busy_timeout={BUSY_S * 1000};"
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "PRAGMA mmap_size=0; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"
            f"PRAGMA journal_size_limit={LOG_BYTES};"
        )
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Begin a transaction, then commit it, or roll it back after an exception."""
    # IMMEDIATE: a deferred read-then-write fails with "database is locked" without waiting.
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def explained(path: Path | None = None) -> Iterator[None]:
    """Turn errors of SQLite and the file system into a LedgerError that names the remedy."""
    where = f"{path}: " if path else ""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if _is_damage(error):
            raise LedgerDamagedError(f"{where}{error}. Run: gate ledger verify") from error
        raise LedgerError(
            f"{where}{error}. Check that the data partition is mounted, has free space, and that "
            "its folder belongs to the group schoolgate."
        ) from error
    except OSError as error:
        raise LedgerError(f"{where}{error.strerror}. Check the folder's owner, rights.") from error


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether an error means wrong bytes, and not a full disk or a programming error."""
    if isinstance(error, sqlite3.OperationalError):
        signs = ("no such table", "no such column", "Could not decode")
        return str(error).startswith(signs)
    return not isinstance(error, sqlite3.ProgrammingError)
