"""Run axe-core on a page."""

from collections.abc import Container

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def serious_findings(page: Page) -> list[str]:
    """Return the findings of serious or critical impact."""
    return findings(page, ("serious", "critical"))


def findings(
    page: Page, impacts: Container[str] = ("minor", "moderate", "serious", "critical")
) -> list[str]:
    """Return the findings of these impacts."""
    return [
        f"{one['id']}: {[node['html'][:120] for node in one['nodes'][:3]]}"
        for one in Axe().run(page).response["violations"]
        if one["impact"] in impacts
    ]
