"""The whole site, with a school on an ordinary morning."""

from collections.abc import Iterator

import pytest

from tests.fakes.school_morning import NOW_MS, SchoolMorning
from tests.fakes.site import Site, running


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(tmp_path_factory.mktemp("school"), NOW_MS) as made:
        yield made


@pytest.fixture(scope="package")
def morning(site: Site) -> SchoolMorning:
    return SchoolMorning(site.database)


@pytest.fixture(autouse=True)
def set_clock(site: Site) -> None:
    site.clock.ms = NOW_MS
