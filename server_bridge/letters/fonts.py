"""The face of official letters: Liberation Serif, as wide as the Times New Roman that the decree
asks for. There is no other: in a wider face the head breaks over more lines."""

from pathlib import Path

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # it has no types
from fpdf import FPDF

from gate_contract.errors import SchoolgateError

PACKAGE = "fonts-liberation2"
"""In Debian 12 it holds the files; in Debian 13 it installs `fonts-liberation`, which does."""
FOLDERS = tuple(Path("/usr/share/fonts/truetype") / name for name in ("liberation2", "liberation"))
_STYLES = {"": "Regular", "B": "Bold", "I": "Italic", "BI": "BoldItalic"}
_LETTER = "ậ"
"""Liberation has Vietnamese letters from its second version on."""


def add_letter_fonts(pdf: FPDF, name: str, *folders: Path) -> None:
    """Make the face known to `pdf`, in its four styles, from the first of `folders` (else
    `FOLDERS`) that holds it. Raises SchoolgateError naming the package if none does."""
    for folder in folders or FOLDERS:
        files = {style: folder / f"LiberationSerif-{s}.ttf" for style, s in _STYLES.items()}
        if all(file.is_file() and _has_letters(file) for file in files.values()):
            for style, file in files.items():
                pdf.add_font(name, style, file)
            return
    raise SchoolgateError(
        "letters are set in Liberation Serif with Vietnamese letters, which is not installed; "
        f"install the Debian package {PACKAGE}"
    )


def _has_letters(file: Path) -> bool:
    with TTFont(file, lazy=True) as font:
        return ord(_LETTER) in font.getBestCmap()
