"""`python -m benchmarks web`, small: what it builds is sound, and it asks for every page."""

import json
import os
import re
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest
from click.testing import CliRunner

from benchmarks.bridge.web.page_requests import Scene, page_requests, prepare_data, scene
from benchmarks.bridge.web.report import table
from benchmarks.bridge.web.streaming import Load, measure_streams
from benchmarks.bridge.web.year import YearSize, make_pair, now_ms
from benchmarks.cli import bench
from gate_contract.errors import SchoolgateError
from server_bridge.access.roles import PERMISSIONS, Permission, Role
from server_bridge.store.database import Database
from server_bridge.web.app.page import Page
from server_bridge.web.site import PAGES
from tests.builders.intake import assert_sound

SIZE = YearSize(schools=2, people=15, largest=30, days=3)

pytestmark = pytest.mark.timeout(900)  # every page for every role, and four processes


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="module")
def figures(folder: Path) -> dict[str, Any]:
    words = f"--schools 2 --people 15 --largest 30 --days 3 --database {folder} --passes 1"
    load = "--live-pages 3 --crossings 8 --seconds 0.3 --json"
    done = CliRunner().invoke(bench, ["web", *words.split(), *load.split()])
    assert done.exit_code == 0, done.output + repr(done.exception)
    made = json.loads(done.stdout)
    assert isinstance(made, dict)
    return made


def test_the_year_is_what_gates_would_have_sent(figures: dict[str, Any], folder: Path) -> None:
    pair = make_pair(folder, SIZE)
    for path, crossings in ((pair.day, 40), (pair.year, 40 + 2 * 80)):
        with closing(Database(f"sqlite:///{path}")) as database:
            assert_sound(database)
            with database.read() as connection:
                assert scene(connection, now_ms(SIZE)).day == SIZE.school_days[-1]
        found = figures["crossings"]["day" if path == pair.day else "year"]
        assert crossings <= found <= crossings * 1.2


def test_every_page_is_asked_for_by_every_role_that_may_see_it(figures: dict[str, Any]) -> None:
    asked = {(page["page"], page["who"].split()[0]) for page in figures["pages"]}
    wanted = {
        (page.path, str(role))
        for page in PAGES
        for role in Role
        if page.method == "GET" and page.needs in PERMISSIONS[role]
    }
    assert asked == wanted | {("/", str(role)) for role in Role}
    for page in figures["pages"]:
        assert page["status"] in (200, 303), page["path"]
        for of in ("day", "year"):
            times = page[of]
            assert times["cpu_ms"] > 0
            assert 0 < times["median_ms"] <= times["p95_ms"]
            assert min(times["cold_ms"], times["first_ms"]) > 0
        assert page["ratio"] == pytest.approx(page["year"]["median_ms"] / page["day"]["median_ms"])


def test_scanning_is_measured_beside_and_streams_were_open(figures: dict[str, Any]) -> None:
    assert len(figures["peers"]) == 3
    streams = figures["streams"]
    assert (streams["pages"], streams["crossings_per_s"]) == (3, 8)
    assert streams["cpu_percent"] > 0
    told = "\n".join(table(figures))
    assert all(page["page"] in told for page in figures["pages"])
    assert re.search(r"3 open live pages at 8 crossings a second: [\d.]+ % of a core", told)


class Ending:
    """A process that is given one ends with 3."""

    def __reduce__(self) -> tuple[object, ...]:
        return os._exit, (3,)


def test_a_server_of_the_bench_that_ends_is_not_waited_for(folder: Path) -> None:
    at = Scene("", "", "", cast("int", Ending()))
    with pytest.raises(SchoolgateError, match="ended with 3"):
        measure_streams(make_pair(folder, SIZE).day, [], at, Load(1, 1, 1))


def test_a_page_that_the_bench_cannot_ask_for_is_not_left_out(folder: Path) -> None:
    pages = [Page("/moons/{moon}", Permission.COUNTS, lambda request, _: request.refuse("x", 404))]
    pair = make_pair(folder, SIZE)
    with closing(Database(f"sqlite:///{pair.day}")) as database, database.write() as connection:
        at = scene(connection, now_ms(SIZE))
        with pytest.raises(SchoolgateError, match=r"what \{moon\} in"):
            page_requests(connection, prepare_data(connection, at), at, pages)
