"""DejaVu, which has every Vietnamese letter, from Debian's package."""

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
    """Make the fonts known to `pdf`. Raises SchoolgateError naming the package if they are gone."""
    for (family, style), name in _FILES.items():
        if not (folder / name).is_file():
            raise SchoolgateError(
                f"the font {folder / name} is missing; install the Debian package fonts-dejavu-core"
            )
        pdf.add_font(family, style, folder / name)


def close_fonts(pdf: FPDF) -> None:
    """Close the font files, which fpdf2 leaves open for as long as there may be more to write."""
    for font in pdf.fonts.values():
        font.close()
