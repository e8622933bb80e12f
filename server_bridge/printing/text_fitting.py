"""Text that fits its box: the largest size at which it does, in even lines, cut short at worst."""

import unicodedata
from dataclasses import dataclass

from fpdf import FPDF

from server_bridge.printing.fonts import SANS

SMALLEST_PT = 6.0
_STEP_PT = 0.25
_LINE = 1.19 * 25.4 / 72
"""Height of a line in mm for each point of size; Vietnamese letters carry two marks."""

Colour = tuple[int, int, int]


def one_line(text: str) -> str:
    """Composed letters, single spaces, no control characters.

    DejaVu draws `ệ` well, and `e` with two marks badly.
    """
    letters = unicodedata.normalize("NFC", text)
    return " ".join(
        "".join(" " if unicodedata.category(c) in ("Cc", "Cf") else c for c in letters).split()
    )


@dataclass(frozen=True, slots=True)
class Pen:
    """How text is drawn. Lengths in mm, sizes in points."""

    pdf: FPDF
    style: str = ""
    colour: Colour = (0, 0, 0)
    size: float = 8
    family: str = SANS

    def width(self, text: str, size: float | None = None) -> float:
        self.pdf.set_font(self.family, self.style, size or self.size)
        return float(self.pdf.get_string_width(text)) + 0.1

    def line(
        self, text: str, x: float, y: float, width: float, height: float, *, align: str = "L"
    ) -> None:
        """One line at the pen's size, in the middle of the box's height."""
        self.pdf.set_font(self.family, self.style, self.size)
        self.pdf.set_text_color(*self.colour)
        self.pdf.set_xy(x, y)
        self.pdf.cell(width, height, text, align=align)

    def block(
        self,
        text: str,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        largest: float,
        align: str = "L",
    ) -> None:
        """As many lines as the box holds, in the middle of its height."""
        text = one_line(text)
        if not text:
            return
        size, lines = self._fit(text, width, height, largest)
        pen = Pen(self.pdf, self.style, self.colour, size, self.family)
        y += (height - len(lines) * size * _LINE) / 2
        for number, line in enumerate(lines):
            pen.line(line, x, y + number * size * _LINE, width, size * _LINE, align=align)

    def lines(self, text: str, width: float) -> list[str]:
        """The text at the pen's size in as few lines as it takes, the longest as short as it can
        be. A word that is wider than `width` is a line of its own."""
        wrapped = self._wrap(text.split(), width, self.size)
        return self._even(wrapped, self.size) if wrapped else []

    def _fit(
        self, text: str, width: float, height: float, largest: float
    ) -> tuple[float, list[str]]:
        size = largest
        while True:
            lines = self._wrap(text.split(), width, size)
            most = max(1, int(height / (size * _LINE)))
            if len(lines) <= most and all(self.width(line, size) <= width for line in lines):
                return size, self._even(lines, size)
            if size - _STEP_PT < SMALLEST_PT:
                last = self._cut(" ".join(lines[most - 1 :]), width, size)
                return size, [self._cut(line, width, size) for line in lines[: most - 1]] + [last]
            size -= _STEP_PT

    def _wrap(self, words: list[str], width: float, size: float) -> list[str]:
        lines: list[str] = []
        for word in words:
            if lines and self.width(f"{lines[-1]} {word}", size) <= width:
                lines[-1] += f" {word}"
            else:
                lines.append(word)
        return lines

    def _even(self, lines: list[str], size: float) -> list[str]:
        """The same number of lines, the longest as short as it can be."""
        words = " ".join(lines).split()
        best = lines
        while True:
            longest = max(self.width(line, size) for line in best)
            narrower = self._wrap(words, longest - 0.01, size)
            if len(narrower) > len(best) or any(
                self.width(line, size) >= longest for line in narrower
            ):
                return best
            best = narrower

    def _cut(self, text: str, width: float, size: float) -> str:
        if self.width(text, size) <= width:
            return text
        while text and self.width(f"{text}…", size) > width:
            text = text[:-1]
        return f"{text.rstrip()}…"
