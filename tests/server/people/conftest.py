"""A school's office, at a district of either database."""

from pathlib import Path

import pytest

from server_bridge.store.database import Database
from tests.server.people.rosters import Office
from tests.server.store.conftest import database, postgres

__all__ = ["database", "postgres"]


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return Office(database, tmp_path)
