"""Place a held card: its path before the camera, and its picture in one frame."""

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from demo.scenes.card_art import CANVAS_PX, CENTRE_PX, PX_PER_MM, CutOut
from device.scan.frames import Grey

Matrix = NDArray[np.float64]

FOCAL_PER_WIDTH = 0.8
"""Focal length over frame width: a 64 degree lens."""
EXPOSURE_S = 0.012


def _smooth(x: float) -> float:
    x = min(1.0, max(0.0, x))
    return x * x * (3 - 2 * x)


@dataclass(frozen=True)
class Hold:
    """The path of one hand: it comes from `start_mm`, stays about `stay_mm`, and leaves.

    Positions are (x, y, z) mm before the lens, y downwards; angles in degrees.
    """

    start_mm: tuple[float, float, float]
    stay_mm: tuple[float, float, float]
    angles: tuple[float, float, float]
    tremor: tuple[float, ...]
    motion: float

    @classmethod
    def random(
        cls,
        rng: np.random.Generator,
        x_mm: float,
        distance_mm: float,
        tilt_deg: float,
        motion: float,
        *,
        crowded: bool,
    ) -> Self:
        """Return a path with the card about `tilt_deg` away from facing the camera."""
        way = rng.uniform(0, 2 * np.pi)
        roll = float(rng.normal(0, 3 if crowded else 8))
        return cls(
            start_mm=(x_mm * 1.3 + float(rng.uniform(-60, 60)), 330.0, distance_mm * 1.35),
            stay_mm=(x_mm, float(rng.uniform(-12, 18)), distance_mm),
            angles=(float(np.cos(way)) * tilt_deg, float(np.sin(way)) * tilt_deg, roll),
            tremor=tuple(float(v) for v in rng.uniform(0, 2 * np.pi, 6)),
            motion=motion,
        )

    def at(self, part: float, seconds: float) -> tuple[Matrix, Matrix]:
        """Return rotation (3, 3) and position (3,) after `part` (0-1) of the showing."""
        arrive = 0.16 + 0.16 * self.motion
        here = _smooth(part / arrive) - _smooth((part - 1 + arrive * 0.8) / (arrive * 0.8))
        start, stay = np.array(self.start_mm), np.array(self.stay_mm)
        shake = 1.2 + 9 * self.motion
        phase = self.tremor
        wobble = np.array(
            [
                np.sin(7.1 * seconds + phase[0]) + 0.4 * np.sin(19 * seconds + phase[1]),
                np.sin(6.3 * seconds + phase[2]) + 0.4 * np.sin(23 * seconds + phase[3]),
                1.5 * np.sin(4.0 * seconds + phase[4]),
            ]
        )
        swing = 1 + 0.25 * self.motion * np.sin(5 * seconds + phase[5])
        yaw, pitch, roll = np.radians(self.angles) * (swing, swing, 1.0)
        about_y = cv2.Rodrigues(np.array([0.0, yaw, 0.0]))[0]
        about_x = cv2.Rodrigues(np.array([pitch, 0.0, 0.0]))[0]
        about_z = cv2.Rodrigues(np.array([0.0, 0.0, roll + 0.5 * (1 - here)]))[0]
        rotation = np.asarray(about_y @ about_x @ about_z, np.float64)
        return rotation, np.asarray(start + (stay - start) * here + wobble * shake, np.float64)


def _project(hold: Hold, part: float, seconds: float, width: int, height: int) -> Matrix:
    """Return the homography (3, 3) from mm on the card to pixels."""
    rotation, position = hold.at(part, seconds)
    focal = FOCAL_PER_WIDTH * width
    lens = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1.0]])
    return np.asarray(lens @ np.column_stack([rotation[:, 0], rotation[:, 1], position]))


def _points(matrix: Matrix, points: Matrix) -> Matrix:
    spots = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return np.asarray(spots[:, :2] / spots[:, 2:])


def _smear(picture: Grey, shift: Matrix) -> Grey:
    """Blur the picture along `shift` pixels."""
    length = float(np.hypot(*shift))
    if length < 1.2:
        return picture
    size = int(length) // 2 * 2 + 3
    kernel = np.zeros((size, size), np.uint8)
    middle = size // 2
    end = shift / 2
    cv2.line(
        kernel,
        (round(middle - end[0]), round(middle - end[1])),
        (round(middle + end[0]), round(middle + end[1])),
        255,
        1,
        cv2.LINE_AA,
    )
    line = kernel.astype(np.float32) / float(kernel.sum())
    return np.asarray(cv2.filter2D(picture, -1, line), np.uint8)


def draw_held(
    image: Grey,
    cut: CutOut,
    hold: Hold,
    *,
    part: float,
    seconds: float,
    defocus_px: float,
    shade: Grey,
    glare: float,
    sheen: Grey | None,
) -> bool:
    """Draw the cut-out into `image`; return whether all of its code is inside the frame."""
    height, width = image.shape
    card = _project(hold, part, seconds, width, height)
    corners = _points(card, np.array(cut.code_mm))
    canvas = np.array([[0, 0], [CANVAS_PX[0], 0], CANVAS_PX, [0, CANVAS_PX[1]]], np.float64)
    outline = _points(card, (canvas - CENTRE_PX) / PX_PER_MM)
    x0, y0 = (max(0, int(v) - 8) for v in outline.min(axis=0))
    far = outline.max(axis=0)
    x1, y1 = min(width, int(far[0]) + 8), min(height, int(far[1]) + 8)
    inside = bool((corners.min() >= 0) and np.all(corners.max(axis=0) < (width, height)))
    if x0 >= x1 or y0 >= y1:
        return False
    side = float(np.hypot(*(corners[1] - corners[0])))
    span = (cut.code_mm[1][0] - cut.code_mm[0][0]) * PX_PER_MM
    level = min(len(cut.levels) - 1, max(0, int(np.log2(max(1.0, span / max(side, 1.0))))))
    grey, alpha = cut.levels[level]
    scale = 2**level
    to_mm = np.array(
        [
            [scale / PX_PER_MM, 0, -CENTRE_PX[0] / PX_PER_MM],
            [0, scale / PX_PER_MM, -CENTRE_PX[1] / PX_PER_MM],
            [0, 0, 1],
        ]
    )
    place = np.array([[1, 0, -x0], [0, 1, -y0], [0, 0, 1]]) @ card @ to_mm
    box = (x1 - x0, y1 - y0)
    over = cv2.warpPerspective(grey, place, box, flags=cv2.INTER_LINEAR)
    mask = cv2.warpPerspective(alpha, place, box, flags=cv2.INTER_LINEAR)
    over = cv2.multiply(over, shade[y0:y1, x0:x1], scale=1 / 255)
    if sheen is not None and glare:
        over = cv2.add(over, _glare(sheen, box, corners - (x0, y0), seconds, glare))
    if defocus_px > 0.2:
        over = cv2.GaussianBlur(over, (0, 0), defocus_px)
        mask = cv2.GaussianBlur(mask, (0, 0), defocus_px)
    later = _project(hold, part, seconds + EXPOSURE_S * (0.3 + hold.motion), width, height)
    shift = (_points(later, np.zeros((1, 2))) - _points(card, np.zeros((1, 2))))[0]
    over, mask = _smear(over, shift), _smear(mask, shift)
    under = cv2.multiply(image[y0:y1, x0:x1], cv2.bitwise_not(mask), scale=1 / 255)
    image[y0:y1, x0:x1] = cv2.add(cv2.multiply(over, mask, scale=1 / 255), under)
    return inside


def _glare(
    sheen: Grey, box: tuple[int, int], corners: Matrix, seconds: float, glare: float
) -> Grey:
    """Return a lamp's reflection in the card: a soft bright spot that moves over the code."""
    centre = corners.mean(axis=0)
    reach = float(np.hypot(*(corners[2] - corners[0]))) / 2
    spot = centre + reach * 0.6 * np.array([np.sin(2.3 * seconds + 1), np.cos(1.7 * seconds)])
    patch = np.zeros((box[1], box[0]), np.uint8)
    axes = (max(1, int(reach * 0.42 * glare)), max(1, int(reach * 0.2 * glare)))
    cv2.ellipse(patch, (int(spot[0]), int(spot[1])), axes, 35, 0, 360, 255, -1)
    patch = cv2.GaussianBlur(patch, (0, 0), max(1.0, reach * 0.09))
    haze = cv2.resize(sheen, box, interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.addWeighted(patch, min(1.0, 0.5 + glare), haze, 0.12 * glare, 0))
