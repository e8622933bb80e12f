"""A school's office, at a district of either database."""

from pathlib import Path

import pytest

from server_bridge.store.database import Database
from tests.builders.people_office import Office


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return Office(database, tmp_path)
