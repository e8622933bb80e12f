"""What may fail between any two effects: a process is killed, or storage fails."""

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from server_bridge.store.database import Database, StoreError

EFFECTS = ("BEGIN", "COMMIT", "INSERT", "UPDATE", "DELETE")


class Killed(BaseException):
    """The running process was killed, as by kill -9, so that no `except Exception` catches it."""


class Perils:
    """Decides at random at each effect; never while `active` is off."""

    def __init__(self, chance: random.Random, say: Callable[[str, str], None]) -> None:
        self._chance = chance
        self._say = say
        self.active = False
        self.kill_rate = 0.0
        self.fail_rate = 0.0

    def meet(self, part: str, effect: str) -> None:
        """Perhaps kill `part` here. Raises Killed."""
        if self.active and self._chance.random() < self.kill_rate:
            self._say(part, f"KILLED at {effect}")
            raise Killed

    def fails(self, part: str, effect: str) -> bool:
        """Whether this write to storage fails."""
        failing = self.active and self._chance.random() < self.fail_rate
        if failing:
            self._say(part, f"STORAGE FAILED at {effect}")
        return failing


class TappedConnection:
    """A gate's sqlite3 connection; each writing statement is an effect."""

    def __init__(self, connection: sqlite3.Connection, perils: Perils, part: str) -> None:
        self._connection = connection
        self._perils = perils
        self._part = part

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    def execute(self, sql: str, values: Any = ()) -> sqlite3.Cursor:
        """Execute as the connection does."""
        effect = sql.partition(" ")[0]
        if effect not in EFFECTS:
            return self._connection.execute(sql, values)
        self._perils.meet(self._part, effect)
        if self._perils.fails(self._part, effect):
            raise sqlite3.OperationalError("database or disk is full")
        cursor = self._connection.execute(sql, values)
        self._perils.meet(self._part, f"after {effect}")
        return cursor

    def close(self) -> None:
        """Close as the connection does."""
        self._connection.close()


class TappedDatabase(Database):
    """The bridge's database; the beginning and the end of each transaction are effects."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.perils: Perils | None = None
        self.commits = 0

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Begin a transaction as the database does."""
        assert self.perils
        self.perils.meet("bridge", "BEGIN")
        with super().write() as connection:
            yield connection
            self.perils.meet("bridge", "COMMIT")
            if self.perils.fails("bridge", "COMMIT"):
                raise StoreError("database or disk is full")
        self.commits += 1
        self.perils.meet("bridge", "after COMMIT")
