"""Provide a district's database of both kinds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server_bridge.store.database import Database
from tests.builders.school import add_units_and_gates
from tests.fakes.postgres import Postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with Postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Yield a furnished district."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/bridge.db"
    else:
        url = request.getfixturevalue("postgres").database()
    made = add_units_and_gates(Database(url))
    yield made
    made.close()
