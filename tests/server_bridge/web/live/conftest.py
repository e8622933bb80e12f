"""A district in the morning, and the page of it served for real."""

from collections.abc import Iterator

import pytest

from tests.builders.serving import serving
from tests.fakes.district import FakeDistrict, morning_district


@pytest.fixture
def district() -> FakeDistrict:
    return morning_district()


@pytest.fixture
def page_url(district: FakeDistrict) -> Iterator[str]:
    with serving(district) as server:
        yield server.url
