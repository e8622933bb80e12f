"""Measure how well cards can be read at a gate, for the technician who mounts the camera."""

from collections import deque
from dataclasses import dataclass, field

import cv2
import numpy as np

from device.scan.decode import Code, Decoder
from device.scan.decode.boxes import around
from device.scan.frames import Grey

CARD_MODULES = 37
"""The modules of a card's code: version 5."""
CARD_MM = 44.4
"""The printed side without the white margin; decision 6. On any other paper at least 25 mm."""
WINDOW = 30
DARK, BRIGHT = 60, 215
"""Mean grey levels of paper and ink together, outside of which the exposure is wrong."""
SOFT = 2.2
"""The width in pixels of an edge between ink and paper, beyond which the focus is off."""
FULL_PX = 8.0
"""Pixels per module beyond which the code hardly fits into the picture."""
FEW_PX = 2.5
"""Pixels per module below which reading becomes unreliable."""
HIGH, LOW = 0.25, 0.75
"""Cards held beyond these heights of the picture soon leave it."""
GOOD_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class AimReading:
    """The measurements of a code that was read in one frame."""

    px_per_module: float
    edge_px: float
    brightness: float
    contrast: float
    height: float
    """The height of its middle in the picture: 0 is the upper edge, 1 the lower."""


@dataclass
class Aim:
    """Measures frames and keeps the last WINDOW measurements."""

    decoder: Decoder
    focal_px: float
    print_mm: float = CARD_MM
    readings: deque[AimReading | None] = field(default_factory=lambda: deque(maxlen=WINDOW))
    brightness: float = 0.0

    def see(self, image: Grey) -> list[Code]:
        """Measure one frame; return its codes."""
        codes = self.decoder.decode(image)
        self.brightness = float(cv2.mean(image[::4, ::4])[0])
        self.readings.append(measure(image, codes[0]) if codes else None)
        return codes

    @property
    def share(self) -> float:
        """The share of the last frames that could be read, 0-1."""
        return sum(s is not None for s in self.readings) / max(1, len(self.readings))

    def distance_mm(self) -> float | None:
        """Return the distance of the last code, computed from its size; None without one."""
        last = next((s for s in reversed(self.readings) if s is not None), None)
        if last is None:
            return None
        return self.focal_px * self.print_mm / (last.px_per_module * CARD_MODULES)

    def farthest_mm(self) -> float:
        """Return the distance at which a card of this print size falls below FEW_PX per module."""
        return self.focal_px * self.print_mm / (FEW_PX * CARD_MODULES)

    def advice(self) -> list[str]:
        """Return what to change, the most urgent first; empty if nothing."""
        seen = [s for s in self.readings if s is not None]
        if not seen:
            return [self._advice_without_a_code()]
        advice = []
        middle = {
            name: float(np.median([getattr(s, name) for s in seen]))
            for name in AimReading.__slots__
        }
        if middle["px_per_module"] < FEW_PX:
            advice.append(
                f"too far or printed too small: mount the camera within "
                f"{self.farthest_mm() / 10:.0f} cm of the cards, or print larger"
            )
        elif middle["px_per_module"] > FULL_PX:
            advice.append(
                "too near: the code hardly fits the picture, mount the camera farther away"
            )
        if middle["height"] < HIGH:
            advice.append("cards are at the upper edge: mount the camera higher, or tilt it up")
        elif middle["height"] > LOW:
            advice.append("cards are at the lower edge: mount the camera lower, or tilt it down")
        if middle["edge_px"] > SOFT:
            advice.append("not sharp: turn the lens, or hold the card at the distance it is set to")
        if middle["brightness"] < DARK:
            advice.append("too dark: add a lamp, or allow a longer exposure")
        elif middle["brightness"] > BRIGHT:
            advice.append("too bright: shorten the exposure, or turn the lamp aside")
        elif middle["contrast"] < 40:
            advice.append("little contrast: a reflection lies on the card, tilt lamp or camera")
        if self.share < GOOD_SHARE and not advice:
            advice.append("read only now and then: hold still, or shorten the exposure")
        return advice

    def _advice_without_a_code(self) -> str:
        if self.brightness < 25:
            return "the picture is nearly black: take the cap off, add a lamp"
        if self.brightness > 240:
            return "the picture is nearly white: shorten the exposure"
        return "no code is read: hold a card about 30 cm before the lens"

    def line(self) -> str:
        """Return one line for the terminal."""
        last = next((s for s in reversed(self.readings) if s is not None), None)
        distance = self.distance_mm()
        figures = [f"read {self.share:4.0%}", f"light {self.brightness:3.0f}"]
        if last is not None and distance is not None:
            figures += [
                f"{last.px_per_module:4.1f} px/module",
                f"edge {last.edge_px:3.1f} px",
                f"about {distance / 10:3.0f} cm (limit {self.farthest_mm() / 10:.0f} cm)",
            ]
        return " | ".join(figures) + " | " + ("; ".join(self.advice()) or "good")


def measure(image: Grey, code: Code) -> AimReading:
    """Measure the size, sharpness and light of a code that was read."""
    corners = np.array(code.corners)
    sides = np.hypot(*(corners - np.roll(corners, 1, axis=0)).T)
    part = around(code.corners).grown(0, image).cut(image)
    part = part if part.size else image
    dark, light = (float(v) for v in np.percentile(part, (8, 92)))
    # The steepest edges: the share of the whole step that one pixel takes.
    steps = np.abs(np.diff(part.astype(np.int16), axis=1))
    steepest = float(np.percentile(steps, 95)) if steps.size else 0.0
    return AimReading(
        px_per_module=float(sides.mean()) / CARD_MODULES,
        edge_px=(light - dark) / max(1.0, steepest),
        brightness=(dark + light) / 2,
        contrast=light - dark,
        height=float(corners[:, 1].mean()) / image.shape[0],
    )
