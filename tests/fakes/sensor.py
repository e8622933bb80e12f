"""A camera whose picture follows its exposure: advice takes effect in the next frames."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from device.scan.advice import NO_ADVICE, Advice
from device.scan.frames import Frame, Grey

WIDTH, HEIGHT = 640, 360
FINE = 1.5


@dataclass
class Sensor:
    """A card before a background, in light. All light is relative to full white.

    Automatic exposure brings the background to `target`; a longer exposure smears what moves, a
    shorter one is compensated by gain, which adds noise. `deaf`: it ignores advice.
    """

    card: Grey
    """The printed code, one pixel per module, with its margin."""
    px_per_module: float = 4.0
    background: float = 0.5
    """Radiance of what is behind the card; 1 is white paper in full light."""
    card_light: float = 1.0
    """The share of that light on the card's face."""
    auto_exposure_us: float = 10_000
    speed_px_per_s: float = 0.0
    read_noise: float = 2.0
    deaf: bool = False
    ended: bool = False
    frames: int = 0
    advised: list[Advice] = field(default_factory=list)
    grain: NDArray[np.float32] = field(
        default_factory=lambda: np.random.default_rng(1).normal(0, 1, (640, 1060)).astype("f4")
    )

    def read(self, timeout_s: float) -> Frame | None:
        assert timeout_s > 0
        self.frames += 1
        return Frame(self._expose(), self.frames * 67)

    def advise(self, advice: Advice) -> Advice:
        self.advised.append(advice)
        return NO_ADVICE if self.deaf else advice

    def close(self) -> None:
        self.ended = True

    def _expose(self) -> Grey:
        advice = NO_ADVICE if self.deaf or not self.advised else self.advised[-1]
        scale = FINE if advice.finer else 1.0
        width, height = round(WIDTH * scale), round(HEIGHT * scale)
        scene: NDArray[np.float32] = np.full((height, width), self.background, np.float32)
        scene[: height // 3] *= 1.15
        px = self.px_per_module * scale
        side = round(len(self.card) * px)
        code = self.card.astype(np.float32) / 255 * 0.92 + 0.05
        face = cv2.resize(code, (side, side), interpolation=cv2.INTER_AREA) * self.card_light
        x = round((150 + 12 * (self.frames % 8)) * scale) if self.frames > 20 else width
        y = round(60 * scale)
        cut = face[: height - y, : max(0, width - x)]
        scene[y : y + cut.shape[0], x : x + cut.shape[1]] = cut
        exposure_us = self.auto_exposure_us
        if advice.longest_us:
            exposure_us = min(exposure_us, advice.longest_us)
        gain = self.auto_exposure_us / exposure_us
        smear = round(self.speed_px_per_s * scale * exposure_us / 1e6)
        if smear > 1:
            scene = np.asarray(cv2.blur(scene, (smear, 1)), np.float32)
        scene = np.asarray(cv2.GaussianBlur(scene, (0, 0), 0.6), np.float32)
        level = 110 / self.background * 2.0**advice.exposure_ev
        noise = np.float32(self.read_noise * np.sqrt(gain))
        y, x = self.frames * 37 % 100, self.frames * 61 % 100  # another part of it in each frame
        grain = self.grain[y : y + height, x : x + width]
        seen = scene * np.float32(level) + grain * noise
        return np.clip(np.rint(seen), 0, 255).astype(np.uint8)
