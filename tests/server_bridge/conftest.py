"""A district's database, of both kinds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server_bridge.store.database import Database
from tests.fakes.postgres import Postgres
from tests.fakes.school import furnish


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with Postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A furnished district."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/bridge.db"
    else:
        url = request.getfixturevalue("postgres").database()
    made = furnish(Database(url))
    yield made
    made.close()
