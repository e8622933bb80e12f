"""The face of official letters: Liberation Serif, as wide as the Times New Roman that the decree
asks for; where it is not installed, DejaVu Serif."""

from pathlib import Path

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # it has no types
from fpdf import FPDF

from gate_contract.errors import SchoolgateError

FOLDER = Path("/usr/share/fonts/truetype")
_STYLES = ("", "B", "I", "BI")
_FACES = (
    *(
        [f"{folder}/LiberationSerif-{s}.ttf" for s in ("Regular", "Bold", "Italic", "BoldItalic")]
        for folder in ("liberation2", "liberation")
    ),
    ["dejavu/DejaVuSerif.ttf", "dejavu/DejaVuSerif-Bold.ttf"] * 2,
)
_LETTER = "ậ"
"""Liberation has Vietnamese letters from its second version on."""


def add_letter_fonts(pdf: FPDF, name: str, folder: Path = FOLDER) -> None:
    """Make a face known to `pdf`, in its four styles. Raises SchoolgateError if there is none."""
    for face in _FACES:
        files = [folder / file for file in face]
        if all(file.is_file() for file in files) and _has_letters(files[0]):
            for style, file in zip(_STYLES, files, strict=True):
                pdf.add_font(name, style, file)
            return
    raise SchoolgateError(
        "there is no font for letters; install the Debian package fonts-dejavu-core"
    )


def _has_letters(file: Path) -> bool:
    with TTFont(file, lazy=True) as font:
        return ord(_LETTER) in font.getBestCmap()
