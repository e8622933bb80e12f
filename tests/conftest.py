"""`--nothing-skipped`: a test that is skipped for want of something that `make` installs fails."""

import platform
from collections.abc import Generator

import pytest

OF_THE_MACHINE = ("this machine", "this kernel", "another's header", "SKIPPED, mounting")
"""Beginnings of reasons about which no package can do anything."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--nothing-skipped", action="store_true", help=__doc__)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if item.config.getoption("--nothing-skipped") and report.skipped:
        where_and_why = report.longrepr
        reason = where_and_why[2] if isinstance(where_and_why, tuple) else str(where_and_why)
        if not _may_be(reason.removeprefix("Skipped: ")):
            report.outcome = "failed"
            report.longrepr = f"it was skipped: {reason}"
    return report


def _may_be(reason: str) -> bool:
    no_gate = reason.startswith("NO VIRTUAL GATE") and platform.machine() != "x86_64"
    return no_gate or reason.startswith(OF_THE_MACHINE)
