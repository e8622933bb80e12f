"""Find the repository's pages, their links and their headings."""

import re
import subprocess
from functools import cache
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).parents[2]

_LINK = re.compile(r"!?\[(?:[^\[\]]|!?\[[^\]]*\]\([^)]*\))*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
_INNER_IMAGE = re.compile(r"!\[[^\]]*\]\(<?([^)\s>]+)>?\)")
_HTML = re.compile(r"<(?:img|a|source)\b[^>]*?\b(?:src|href|srcset)=\"([^\"]+)\"")
_CODE = re.compile(r"^(```|~~~).*?^\1|^(?: {4}|\t).*?$|`[^`\n]*`", re.MULTILINE | re.DOTALL)


@cache
def tracked() -> tuple[Path, ...]:
    """Return every file in git, those to be committed included."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:  # not a clone: an unpacked archive
        names = [str(path.relative_to(ROOT)) for path in sorted(ROOT.rglob("*"))]
        names = [
            name for name in names if not re.search(r"(^|/)(\.(?!ci/)|__pycache__|var/)", name)
        ]
    else:
        names = listed.stdout.decode().split("\0")
    return tuple(ROOT / name for name in names if name and (ROOT / name).is_file())


def pages() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".md"]


def links(page: Path) -> list[tuple[Path, str]]:
    """Return the files that a page links to in this repository, each with its anchor or ''."""
    text = _CODE.sub("", page.read_text("utf-8"))
    targets = [*_LINK.findall(text), *_INNER_IMAGE.findall(text), *_HTML.findall(text)]
    found = []
    for target in targets:
        if re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue
        name, _, anchor = unquote(target).partition("#")
        found.append(((page.parent / name).resolve() if name else page, anchor))
    return found


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as code forges make them."""
    headings = re.findall(r"^#+ +(.+?) *#*$", page.read_text("utf-8"), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


def sections(page: Path) -> dict[str, str]:
    """Return the text below each heading that is nothing but code, by that code."""
    parts = re.split(r"^#+ +(.+)$", page.read_text("utf-8"), flags=re.MULTILINE)
    return {
        heading.strip("`"): text
        for heading, text in zip(parts[1::2], parts[2::2], strict=True)
        if re.fullmatch(r"`[^`]+`", heading)
    }
