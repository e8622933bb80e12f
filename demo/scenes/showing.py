r"""Render synthetic scenes at a school gate: people hold up cards, the camera sees grey frames.

The demo shows them to simulated gates, and the benchmark `scan --synthetic` measures decoders on
them. The same seed gives the same frames. Text is escaped in truth.tsv as in the photo sets'
labels.tsv: `\\`, `\n`, `\t`, `\r`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from demo.scenes.backdrop import Walker, gateway, light_field, person, walk
from demo.scenes.card_art import CutOut, cut_out, soft_noise
from demo.scenes.pose import Hold, draw_held
from device.scan.frames import Grey

PNG = (
    cv2.IMWRITE_PNG_COMPRESSION,
    1,
    cv2.IMWRITE_PNG_STRATEGY,
    cv2.IMWRITE_PNG_STRATEGY_HUFFMAN_ONLY,
    cv2.IMWRITE_PNG_FILTER,
    cv2.IMWRITE_PNG_FILTER_SUB,
)
"""Twice as fast as the default on noisy frames."""


@dataclass(frozen=True)
class Showing:
    """One presentation of one card to the camera; with the defaults, an easy one.

    `text` is what the QR code says; "" is nobody with a card: the empty gate, or with `people` > 0
    passers-by. `also` are further cards held up at the same time (1-3).
    """

    text: str | bytes
    seconds: float
    also: tuple[str | bytes, ...] = ()
    people: int = 0
    umbrellas: bool = False
    distance_mm: float = 270.0
    tilt_deg: float = 12.0
    motion: float = 0.3
    """Speed of hand and shutter: 0 does not move, 1 is a person who does not stop."""
    defocus_px: float = 0.5
    noise: float = 3.0
    """Standard deviation, grey levels."""
    light: float = 1.0
    """1 is day; 0.15 is dusk."""
    glare: float = 0.0
    """0-1: a lamp reflected in the card, moving over it."""
    crumple: float = 0.0
    laminate: float = 0.0
    finger: bool = False
    """A finger on a corner of the code."""
    phone: bool = False
    """On a phone's screen instead of a printed card, with moire and rolling bands."""

    @property
    def texts(self) -> tuple[str | bytes, ...]:
        """Return the texts of all cards that are held up."""
        return tuple(text for text in (self.text, *self.also) if text)


@dataclass(frozen=True)
class Shot:
    """One frame: its picture, and the texts of the codes wholly inside it."""

    image: Grey
    texts: tuple[str | bytes, ...]


class _Studio:
    """What stays the same through a sequence."""

    def __init__(self, size: tuple[int, int], seed: int) -> None:
        self.width, self.height = size
        self.rng = np.random.default_rng(seed)
        self.light = light_field(self.rng, *size)
        self.empty = cv2.multiply(gateway(self.rng, *size), self.light, scale=1 / 255)
        margin = 64
        grains = self.rng.normal(0, 1, (self.height + margin, self.width + margin))
        self._grain = np.clip(grains * 32 + 128, 0, 255).astype(np.uint8)
        self._margin = margin

    def noisy(self, image: Grey, sigma: float) -> Grey:
        """Add sensor noise: another part of one large field for each frame, sometimes mirrored."""
        y, x = (int(v) for v in self.rng.integers(0, self._margin, 2))
        grain = self._grain[y : y + self.height, x : x + self.width]
        if self.rng.random() < 0.5:
            grain = grain[::-1]
        weight = sigma / 32
        return np.asarray(cv2.addWeighted(image, 1, grain, weight, -128 * weight), np.uint8)

    def passers_by(self, showing: Showing) -> list[Walker]:
        return [
            person(self.rng, self.height, umbrella=showing.umbrellas and who % 2 == 0)
            for who in range(showing.people)
        ]


def _spread(count: int, rng: np.random.Generator) -> list[float]:
    """Return the sideways places of `count` cards, in mm at the usual distance."""
    if count == 1:
        return [float(rng.uniform(-35, 35))]
    return [(which - (count - 1) / 2) * 92 + float(rng.uniform(-6, 6)) for which in range(count)]


def _held(studio: _Studio, showing: Showing) -> list[tuple[str | bytes, CutOut, Hold]]:
    rng = studio.rng
    places = _spread(len(showing.texts), rng)
    # Several cards side by side need a larger distance.
    distance = showing.distance_mm + 60 * (len(places) - 1)
    return [
        (
            text,
            cut_out(
                rng,
                text,
                phone=showing.phone,
                crumple=showing.crumple,
                laminate=showing.laminate,
                finger=showing.finger,
            ),
            Hold.random(
                rng, place, distance, showing.tilt_deg, showing.motion, crowded=len(places) > 1
            ),
        )
        for text, place in zip(showing.texts, places, strict=True)
    ]


def _bands(image: Grey, seconds: float) -> Grey:
    """Add a screen's backlight seen by a rolling shutter: broad darker bands that move."""
    rows = np.arange(len(image), dtype=np.float32)
    wave = 0.88 + 0.12 * np.sin(rows / len(image) * 19 + seconds * 23)
    return np.asarray(cv2.multiply(image, np.repeat(wave[:, None], image.shape[1], 1), dtype=0))


def _shots(studio: _Studio, showing: Showing, fps: float) -> Iterator[Shot]:
    held = _held(studio, showing)
    crowd = studio.passers_by(showing)
    holder = [person(studio.rng, studio.height, umbrella=False, start=0.5)] if held else []
    sheen = soft_noise(studio.rng, 512, 512, 120) if showing.glare else None
    frames = max(1, round(showing.seconds * fps))
    for number in range(frames):
        seconds = number / fps
        image = studio.empty.copy()
        walk(image, crowd, seconds)
        walk(image, holder, seconds * 0.05)
        seen = []
        for text, cut, hold in held:
            whole = draw_held(
                image,
                cut,
                hold,
                part=(number + 0.5) / frames,
                seconds=seconds,
                defocus_px=showing.defocus_px * studio.height / 720,
                shade=studio.light,
                glare=showing.glare,
                sheen=sheen,
            )
            if whole:
                seen.append(text)
        if showing.phone:
            image = _bands(image, seconds)
        if showing.light != 1.0:
            image = cv2.convertScaleAbs(image, alpha=showing.light)
        yield Shot(studio.noisy(image, showing.noise), tuple(seen))


def shoot(
    showings: Sequence[Showing], *, fps: float, size: tuple[int, int] = (1280, 720), seed: int
) -> Iterator[tuple[int, Shot]]:
    """Yield the frames, each with the index of its showing. `size` is (width, height)."""
    studio = _Studio(size, seed)
    for which, showing in enumerate(showings):
        for shot in _shots(studio, showing, fps):
            yield which, shot


def escape(text: str | bytes) -> str:
    """Escape a field of labels.tsv or truth.tsv. Bytes that are not UTF-8 become surrogates."""
    plain = text.decode("utf-8", "surrogateescape") if isinstance(text, bytes) else text
    for character, code in (("\\", "\\\\"), ("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r")):
        plain = plain.replace(character, code)
    return plain


def write_sequence(
    folder: Path,
    showings: Sequence[Showing],
    *,
    fps: float,
    size: tuple[int, int] = (1280, 720),
    seed: int,
) -> None:
    """Write 000000.png... and truth.tsv (frame TAB text; a row per card, or one empty) to `folder`.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number, (_, shot) in enumerate(shoot(showings, fps=fps, size=size, seed=seed)):
        name = f"{number:06}.png"
        if not cv2.imwrite(str(folder / name), shot.image, PNG):
            raise OSError(f"{folder / name} could not be written")
        rows += [f"{name}\t{escape(text)}\n" for text in shot.texts or ("",)]
    truth = "".join(rows).encode("utf-8", "surrogateescape")
    (folder / "truth.tsv").write_bytes(truth)
