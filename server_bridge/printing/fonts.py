"""The fonts of cards and sheets: DejaVu from Debian's package; it has all Vietnamese letters."""

from pathlib import Path

from fpdf import FPDF

from gate_contract.errors import SchoolgateError

FOLDER = Path("/usr/share/fonts/truetype/dejavu")
SANS = "DejaVu"
MONO = "DejaVuMono"
_FILES = {
    (SANS, ""): "DejaVuSans.ttf",
    (SANS, "B"): "DejaVuSans-Bold.ttf",
    (MONO, "B"): "DejaVuSansMono-Bold.ttf",
}


def add_fonts(pdf: FPDF, folder: Path = FOLDER) -> None:
    """Add the fonts to `pdf`.

    Raises SchoolgateError if they are not installed; the text names the Debian package.
    """
    for (family, style), name in _FILES.items():
        if not (folder / name).is_file():
            raise SchoolgateError(
                f"the font {folder / name} is missing; install the Debian package fonts-dejavu-core"
            )
        pdf.add_font(family, style, folder / name)


def close_fonts(pdf: FPDF) -> None:
    """Close the font files; fpdf2 itself leaves them open."""
    for font in pdf.fonts.values():
        font.close()
