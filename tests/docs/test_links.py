"""Links lead somewhere, every page can be reached, and no file tells where it was made."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, anchors, links, pages, tracked

DOCS = ROOT / "docs"
MACHINE_PATHS = [r"(?<![\w.])/(home|root|Users|work|workspace|tmp|mnt)/\w"]
REGISTRIES = [
    name.replace(" ", r"\.")
    for name in (
        "pypi org",
        "pythonhosted org",
        "npmjs (com|org)",
        "crates io",
        "proxy golang org",
        "rubygems org",
        "index docker io",
    )
]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", pages(), ids=name)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    for target, anchor in links(page):
        assert target.is_relative_to(ROOT), f"{target} is outside the repository"
        assert target.exists(), f"{target} is not there"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{name(target)} has no heading #{anchor}"
        if target.is_file():
            assert target in tracked(), f"{target} is not in git"


def test_every_file_in_docs_can_be_reached() -> None:
    """From the README or the index, by links."""
    todo = [ROOT / "README.md", DOCS / "index.md"]
    reached = set(todo)
    while todo:
        page = todo.pop()
        for target, _ in links(page):
            if target not in reached:
                reached.add(target)
                if target.suffix == ".md":
                    todo.append(target)
    unreached = [path for path in tracked() if path.is_relative_to(DOCS) and path not in reached]
    assert [name(path) for path in unreached] == []


def test_every_decision_is_in_the_index() -> None:
    linked = [target for target, _ in links(DOCS / "index.md")]
    decisions = sorted((DOCS / "decisions").glob("*.md"))
    assert [target for target in linked if target.parent.name == "decisions"] == decisions
    for number, decision in enumerate(decisions, 1):
        assert decision.name.startswith(f"{number:04}-")
        text = decision.read_text("utf-8")
        for heading in ("# ", "## What", "## Why", "## Measured"):
            assert re.search(rf"^{heading}", text, re.MULTILINE), f"{decision.name}: {heading}"


def texts() -> list[Path]:
    binary = {".png", ".jpg", ".woff2", ".pdf", ".db", ".ttf"}
    return [path for path in tracked() if path.suffix not in binary]


@pytest.mark.parametrize("patterns", [MACHINE_PATHS, REGISTRIES], ids=["paths", "registries"])
def test_no_file_tells_where_it_was_made(patterns: list[str]) -> None:
    forbidden = re.compile("|".join(patterns))
    told = [
        f"{name(path)}: {found[0]}"
        for path in texts()
        if path != Path(__file__)
        and (found := forbidden.search(path.read_text("utf-8", "replace")))
    ]
    assert told == []


def test_the_search_for_paths_finds_some() -> None:
    """A control: the patterns do match what they are for."""
    samples = ["cd /home/" + "someone", "https://" + "pypi" + ".org/simple"]
    for patterns, sample in zip([MACHINE_PATHS, REGISTRIES], samples, strict=True):
        assert re.search("|".join(patterns), sample)
