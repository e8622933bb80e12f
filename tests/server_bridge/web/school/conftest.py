"""The whole site with a school on an ordinary morning."""

from collections.abc import Callable, Iterator
from functools import cache

import httpx
import pytest

from tests.builders.school_morning import NOW_MS, SchoolMorning
from tests.fakes.site import Site, running


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(tmp_path_factory.mktemp("school"), NOW_MS) as made:
        yield made


@pytest.fixture(scope="package")
def morning(site: Site) -> SchoolMorning:
    return SchoolMorning(site.database)


@pytest.fixture(scope="package")
def signed_in(site: Site) -> Callable[[str], httpx.Client]:
    """Return the browser of an account, signed in once."""
    return cache(site.browser)


@pytest.fixture(autouse=True)
def reset_site(site: Site) -> None:
    """Reset the clock and the language for each test."""
    site.clock.ms = NOW_MS
    for browser in site.browsers:
        browser.cookies.pop("lang", None)
