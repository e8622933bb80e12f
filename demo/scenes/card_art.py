"""Draw what people hold up: a lanyard card in a hand, or a phone."""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import zxingcpp

from device.scan.frames import Grey

PX_PER_MM = 6.0
CARD_MM = (70.0, 100.0)
CODE_MM = 50.0
CANVAS_PX = (780, 1500)
"""Width and height of a cut-out: space for the strap above the card and the arm below it."""
CENTRE_PX = (390.0, 560.0)
"""Where the card's centre is on the canvas."""


@dataclass(frozen=True)
class CutOut:
    """What is held up, in its own plane: `grey` and `alpha` of CANVAS_PX, and its smaller copies.

    `code_mm`: the four corners of the QR code, mm from the card's centre, y downwards.
    """

    levels: tuple[tuple[Grey, Grey], ...]
    code_mm: tuple[tuple[float, float], ...]


def modules(text: str | bytes) -> Grey:
    """Return the QR code of `text`, one pixel a module, no margin, 0 and 255; level M."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCodeModel2, ec_level="M")
    return np.array(code.to_image(scale=1, add_quiet_zones=False), np.uint8)


def soft_noise(rng: np.random.Generator, width: int, height: int, cell: int) -> Grey:
    """Return clouds with features of about `cell` pixels, mean 128."""
    small = rng.normal(128, 60, (height // cell + 3, width // cell + 3))
    grey = np.clip(small, 0, 255).astype(np.uint8)
    big = cv2.resize(grey, None, fx=cell, fy=cell, interpolation=cv2.INTER_CUBIC)
    return np.asarray(big[cell : cell + height, cell : cell + width], np.uint8)


def _box(left_mm: float, top_mm: float, width_mm: float, height_mm: float) -> tuple[int, ...]:
    """Return a pixel rectangle (left, top, right, bottom) from mm off the card's centre."""
    x0, y0 = CENTRE_PX[0] + left_mm * PX_PER_MM, CENTRE_PX[1] + top_mm * PX_PER_MM
    return round(x0), round(y0), round(x0 + width_mm * PX_PER_MM), round(y0 + height_mm * PX_PER_MM)


def _fill(grey: Grey, alpha: Grey, points: list[tuple[float, float]], shade: int) -> None:
    polygon = np.array([points], np.float64)
    polygon[..., 0] = polygon[..., 0] * PX_PER_MM + CENTRE_PX[0]
    polygon[..., 1] = polygon[..., 1] * PX_PER_MM + CENTRE_PX[1]
    for picture, value in ((grey, shade), (alpha, 255)):
        cv2.fillPoly(picture, [np.rint(polygon[0]).astype(np.int32)], value, cv2.LINE_AA)


def _limb(grey: Grey, alpha: Grey, line: list[tuple[float, float, float]], shade: int) -> None:
    """Draw a finger or an arm: joined circles of (x, y, radius) in mm, darker towards the edge."""
    for shrink, value in ((1.0, shade * 0.72), (0.8, shade * 0.9), (0.5, float(shade))):
        for (x0, y0, r0), (x1, y1, r1) in pairwise(line):
            for step in np.linspace(0, 1, 14):
                x, y, radius = (
                    CENTRE_PX[0] + (x0 + (x1 - x0) * step) * PX_PER_MM,
                    CENTRE_PX[1] + (y0 + (y1 - y0) * step) * PX_PER_MM,
                    (r0 + (r1 - r0) * step) * PX_PER_MM * shrink,
                )
                centre = (round(x), round(y))
                cv2.circle(grey, centre, round(radius), round(value), -1, cv2.LINE_AA)
                cv2.circle(alpha, centre, round(radius), 255, -1, cv2.LINE_AA)


def _code_onto(grey: Grey, text: str | bytes, top_mm: float, white: int, black: int) -> float:
    """Draw the code with its quiet zone, its top edge at `top_mm`; return its side in mm."""
    code = modules(text)
    scale = max(1, round(CODE_MM * PX_PER_MM / len(code)))
    side = len(code) * scale
    left = round(CENTRE_PX[0] - side / 2)
    top = round(CENTRE_PX[1] + top_mm * PX_PER_MM)
    quiet = 4 * scale
    grey[top - quiet : top + side + quiet, left - quiet : left + side + quiet] = white
    printed = cv2.resize(code, (side, side), interpolation=cv2.INTER_NEAREST)
    grey[top : top + side, left : left + side] = np.where(printed > 0, white, black)
    return side / PX_PER_MM


def _card(grey: Grey, alpha: Grey, rng: np.random.Generator, text: str | bytes) -> float:
    """Draw a badge: header, portrait, print, the code below. Return the code's side in mm."""
    width, height = CARD_MM
    strap = int(rng.integers(40, 110))
    for side in (-1, 1):
        _fill(grey, alpha, [(-3, -50), (3, -50), (side * 60 + 5, -95), (side * 60 - 5, -95)], strap)
    x0, y0, x1, y1 = _box(-width / 2, -height / 2, width, height)
    grey[y0:y1, x0:x1] = 232
    alpha[y0:y1, x0:x1] = 255
    hx0, hy0, hx1, hy1 = _box(-width / 2, -height / 2, width, 8)
    grey[hy0:hy1, hx0:hx1] = int(rng.integers(60, 130))
    px0, py0, px1, py1 = _box(-32, -40, 14, 18)
    grey[py0:py1, px0:px1] = 190
    middle = ((px0 + px1) // 2, py0 + (py1 - py0) // 3)
    cv2.ellipse(grey, (middle[0], py1), (34, 40), 0, 180, 360, 70, -1, cv2.LINE_AA)
    cv2.circle(grey, middle, 20, 130, -1, cv2.LINE_AA)
    cv2.ellipse(grey, (middle[0], middle[1] - 8), (21, 14), 0, 180, 360, 40, -1, cv2.LINE_AA)
    for line in range(4):
        x, y = -14.0, -37.0 + 4.2 * line
        while x < 26 - 6 * line:
            word = float(rng.uniform(3, 9))
            wx0, wy0, wx1, wy1 = _box(x, y, word, 1.6)
            grey[wy0:wy1, wx0:wx1] = 80
            x += word + 1.6
    return _code_onto(grey, text, -8.0, 232, 28)


def _phone(grey: Grey, alpha: Grey, rng: np.random.Generator, text: str | bytes) -> float:
    """Draw a phone: dark frame, bright screen, moire. Return the code's side in mm."""
    x0, y0, x1, y1 = _box(-37, -62, 74, 140)
    grey[y0:y1, x0:x1] = 22
    alpha[y0:y1, x0:x1] = 255
    x0, y0, x1, y1 = _box(-34, -56, 68, 126)
    grey[y0:y1, x0:x1] = 250
    bx0, by0, bx1, by1 = _box(-34, -56, 68, 12)
    grey[by0:by1, bx0:bx1] = 90
    side = _code_onto(grey, text, -25.0, 250, 12)
    ys, xs = np.mgrid[y0:y1, x0:x1].astype(np.float32)
    angle = float(rng.uniform(0.1, 0.5))
    wave = np.sin(xs * np.cos(angle) * 0.9 + ys * np.sin(angle) * 0.9) + np.sin(ys * 1.1)
    screen = grey[y0:y1, x0:x1].astype(np.float32)
    grey[y0:y1, x0:x1] = np.clip(screen * (0.9 + 0.06 * wave), 0, 255).astype(np.uint8)
    return side


def _crumple(grey: Grey, rng: np.random.Generator, amount: float) -> Grey:
    """Fold the picture: displace it by up to about 1.5 mm, and shade it."""
    width, height = CANVAS_PX
    fold_x = soft_noise(rng, width, height, 90).astype(np.float32) - 128
    fold_y = soft_noise(rng, width, height, 110).astype(np.float32) - 128
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    push = amount * 0.1
    bent = cv2.remap(grey, xs + fold_x * push, ys + fold_y * push, cv2.INTER_LINEAR)
    shade = 1 + amount * (fold_x - fold_y) / 400
    return np.asarray(np.clip(bent * shade, 0, 255), np.uint8)


def cut_out(
    rng: np.random.Generator,
    text: str | bytes,
    *,
    phone: bool,
    crumple: float,
    laminate: float,
    finger: bool,
) -> CutOut:
    """Draw a card or phone in a hand.

    `crumple` and `laminate` are 0 to 1; `finger` covers a corner of the code.
    """
    width, height = CANVAS_PX
    grey = np.full((height, width), 120, np.uint8)
    alpha = np.zeros((height, width), np.uint8)
    skin = int(rng.integers(115, 185))
    arm = [(24.0, 82.0, 17.0), (34.0, 120.0, 19.0), (50.0, 165.0, 21.0)]
    _limb(grey, alpha, arm, skin)
    for y, reach in ((52.0, -10.0), (62.0, -14.0), (72.0, -12.0)):
        _limb(grey, alpha, [(30.0, y + 10, 7.5), (reach, y, 6.5)], skin - 12)
    draw, top_mm = (_phone, -25.0) if phone else (_card, -8.0)
    side = draw(grey, alpha, rng, text)
    if crumple:
        grey = _crumple(grey, rng, crumple)
    _limb(grey, alpha, [(44.0, 78.0, 10.0), (39.0, 60.0, 9.0), (31.0, 50.5, 7.5)], skin)
    if finger:
        _limb(grey, alpha, [(44.0, 60.0, 8.0), (22.0, 38.0, 6.5)], skin)
    if laminate:
        sheen = soft_noise(rng, width, height, 160).astype(np.float32)
        streak = np.clip((sheen - 150) / 60, 0, 1) * 130 * laminate
        body = np.zeros_like(grey, np.float32)
        x0, y0, x1, y1 = _box(-35, -50, 70, 100)
        body[y0:y1, x0:x1] = streak[y0:y1, x0:x1]
        grey = np.clip(grey + body, 0, 255).astype(np.uint8)
    levels = [(grey, alpha)]
    for _ in range(3):
        levels.append((cv2.pyrDown(levels[-1][0]), cv2.pyrDown(levels[-1][1])))
    half = side / 2
    corners = ((-half, top_mm), (half, top_mm), (half, top_mm + side), (-half, top_mm + side))
    return CutOut(tuple(levels), corners)
