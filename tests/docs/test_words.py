"""Pages name only what exists, use the words of the product, and repeat no corrected mistake."""

import ast
import re
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, pages, tracked

DOCS = ROOT / "docs"
PACKAGES = "benchmarks|demo|device|firmware_config|gate_contract|server_bridge|systemd|tests|docs"
_FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_PATH = re.compile(rf"`((?:{PACKAGES})/[\w./*-]*)`")
_DOTTED = re.compile(rf"`((?:{PACKAGES})(?:\.\w+)+)`")
_FOLDERS = ("tutorial", "how-to", "reference", "explanation", "evidence", "decisions")
STALE = {
    "bootfs": "the first partition is called GATE",
    "the only door": "services share more files than the ledger",
    "districts's": "the district's",
    "one folder to copy": "it is one file or a code",
    "gate bench": "python -m benchmarks",
    "gate-bridge bench": "python -m benchmarks",
    "enrolment desk": "enrolment server",
    "--bundle": "the option is --ticket",
    "The house and its rooms": "Architecture",
}
VIETNAMESE = ("van-phong-truong.md", "can-bo-quan-ly.md")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def our_pages() -> list[Path]:
    return [page for page in pages() if not page.is_relative_to(ROOT / ".github")]


def named_paths(text: str) -> set[str]:
    """Files and folders in backticks, and the files of dotted modules."""
    dotted = {module.replace(".", "/") for module in _DOTTED.findall(text)}
    return set(_PATH.findall(text)) | dotted


def exists(path: str) -> bool:
    """Whether a file, folder, module or pattern exists; `a.b.NAME` may name something in `a.b`."""
    if any(ROOT.glob(path.rstrip("/"))) or (ROOT / f"{path}.py").exists():
        return True
    module, _, symbol = path.rpartition("/")
    file = ROOT / f"{module}.py"
    return file.exists() and re.search(rf"\b{symbol}\b", file.read_text("utf-8")) is not None


@pytest.mark.parametrize("page", our_pages(), ids=name)
def test_every_file_and_module_named_on_a_page_exists(page: Path) -> None:
    named = named_paths(page.read_text("utf-8"))
    assert sorted(path for path in named if not exists(path)) == []


def test_the_search_for_files_finds_some_and_misses_what_is_not_there() -> None:
    """A control."""
    text = "`device/scan/verdict.py`, `device.scan.verdict`, `device/never.py`, `device.never`"
    found = named_paths(text)
    assert len(found) == 4
    assert sorted(path for path in found if not exists(path)) == ["device/never", "device/never.py"]


def test_pages_named_in_code_exist() -> None:
    """In an error's remedy, a comment or a unit."""
    kinds = {".py", ".service", ".toml", ".txt", ".yaml"}
    named = {
        (path, page)
        for path in tracked()
        if path.suffix in kinds or path.name == "Makefile"
        if not path.is_relative_to(ROOT / "tests" / "docs")
        for page in re.findall(r"\bdocs/[\w/.-]+\.(?:md|yaml|json)", path.read_text("utf-8"))
    }
    assert len(named) > 8
    assert [f"{name(path)}: {page}" for path, page in named if not (ROOT / page).exists()] == []


def glossary_rows() -> list[list[str]]:
    text = (DOCS / "reference" / "glossary.md").read_text("utf-8")
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if re.match(r"\| (?!term |-)", line) and not line.startswith("|---")
    ]


def test_the_glossary_has_each_term_once_with_meaning_vietnamese_and_module() -> None:
    rows = glossary_rows()
    assert len(rows) > 80
    assert all(len(row) == 4 and all(row) for row in rows)
    terms = [row[0] for row in rows]
    assert len(set(terms)) == len(terms)
    for row in rows:
        assert _DOTTED.fullmatch(row[3]), row
        assert exists(row[3].strip("`").replace(".", "/")), row


@pytest.mark.parametrize("page", our_pages(), ids=name)
def test_no_page_repeats_a_corrected_mistake(page: Path) -> None:
    text = page.read_text("utf-8")
    allowed = {"CHANGELOG.md": {"gate bench", "gate-bridge bench", "--bundle"}}
    generated = {"gate-image.md": {"--bundle"}}
    for word, instead in STALE.items():
        if word in allowed.get(page.name, set()) | generated.get(page.name, set()):
            continue
        assert word not in text, f"{name(page)}: {word!r}; {instead}"


def test_every_page_of_docs_is_in_a_folder_of_its_purpose() -> None:
    for page in pages():
        if page.is_relative_to(DOCS) and page != DOCS / "index.md":
            assert page.relative_to(DOCS).parts[0] in _FOLDERS, name(page)


@pytest.mark.parametrize("page", our_pages(), ids=name)
def test_a_page_begins_with_its_title_and_closes_its_code(page: Path) -> None:
    text = page.read_text("utf-8")
    assert text.startswith("# ")
    assert len(re.findall(r"^(?:```|~~~)", text, re.MULTILINE)) % 2 == 0
    outside = _FENCED.sub("", text)
    for row in re.findall(r"(?:^\|.*\n)+", outside, re.MULTILINE):
        lines = row.splitlines()
        cells = [len(re.findall(r"(?<!\\)\|", line)) for line in lines]
        assert len(set(cells)) == 1, (
            f"{name(page)}: a table with rows of unequal length: {lines[0]}"
        )


def vietnamese_words_of_pages() -> str:
    """Every text in the district's code: what pages show is among it."""
    texts: list[str] = []
    for path in tracked():
        if path.suffix == ".py" and path.is_relative_to(ROOT / "server_bridge"):
            tree = ast.parse(path.read_text("utf-8"))
            texts += [
                node.value
                for node in ast.walk(tree)
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            ]
    verdicts = (ROOT / "gate_contract" / "verdicts.py").read_text("utf-8")
    return "\n".join([*texts, verdicts])


@pytest.mark.parametrize("guide", VIETNAMESE)
def test_a_vietnamese_guide_calls_buttons_by_their_names(guide: str) -> None:
    """What is set in bold is a word of the pages."""
    text = (DOCS / "how-to" / guide).read_text("utf-8")
    shown = vietnamese_words_of_pages()
    words = [" ".join(word.split()) for word in re.findall(r"\*\*(.+?)\*\*", text, re.DOTALL)]
    assert len(words) > 20
    assert [word for word in words if word not in shown] == []


def test_make_help_lists_every_target() -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    phony = re.findall(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    targets = {target for line in phony for target in line.split()}
    listed = re.findall(r"^# make ([\w-]+) +\S", text, re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert set(listed) == targets


def test_pre_commit_runs_what_make_check_runs() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    check = re.search(r"^check: .*\n((?:\t.+\n)+)", makefile, re.MULTILINE)
    assert check
    commands = re.findall(r"\$\(BIN\)/(.+)", check[1])
    hooks = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    assert re.findall(r"entry: \.venv/bin/(.+)", hooks) == commands
