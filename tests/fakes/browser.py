"""Debian's chromium, without a screen and without connections of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.fakes.patience import PATIENCE_S

PROGRAM = "/usr/bin/chromium"
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@contextmanager
def browsing() -> Iterator[Browser]:
    """Run a browser for the duration of the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=PROGRAM, args=ARGUMENTS, timeout=PATIENCE_S * 1000
        )
        yield browser
        browser.close()
