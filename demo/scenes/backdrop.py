"""Draw what is behind a card: a school gate, and people without cards."""

from dataclasses import dataclass

import cv2
import numpy as np

from demo.scenes.card_art import soft_noise
from device.scan.frames import Grey


def gateway(rng: np.random.Generator, width: int, height: int) -> Grey:
    """Draw a street behind a barred gate: sky, foliage, a wall, paving; lit from one side."""
    sky = np.linspace(225, 175, height, dtype=np.float32)[:, None]
    picture = np.repeat(sky, width, axis=1)
    unit = height / 720
    horizon = int(height * rng.uniform(0.5, 0.58))

    leaves = soft_noise(rng, width, height, max(2, int(6 * unit))).astype(np.float32)
    boughs = soft_noise(rng, width, height, max(4, int(70 * unit))).astype(np.float32)
    crown = (boughs + leaves * 0.35 + np.linspace(90, -60, height)[:, None]) > 185
    picture = np.where(crown, 45 + leaves * 0.35, picture)

    wall_top = int(horizon - 110 * unit)
    plaster = soft_noise(rng, width, height, max(2, int(30 * unit))).astype(np.float32)
    picture[wall_top:horizon] = 150 + (plaster[wall_top:horizon] - 128) * 0.14
    picture[wall_top : wall_top + int(10 * unit)] = 105
    for x in range(int(rng.integers(0, 60)), width, int(150 * unit)):
        picture[wall_top:horizon, x : x + int(3 * unit) + 1] -= 22

    grain = soft_noise(rng, width, height, 3).astype(np.float32)
    depth = np.linspace(0, 1, height - horizon, dtype=np.float32)[:, None]
    picture[horizon:] = 128 - 26 * depth + (grain[horizon:] - 128) * 0.10
    for step in np.geomspace(4, height - horizon, 14):
        y = horizon + int(step) - 1
        picture[y : y + max(1, int(step / 90)), :] -= 20
    ground = np.clip(picture, 0, 255).astype(np.uint8)
    for slant in np.linspace(-3.2, 3.2, 19):
        start = (round(width / 2 + slant * width * 0.06), horizon)
        end = (round(width / 2 + slant * width * 0.75), height)
        cv2.line(ground, start, end, 100, 1, cv2.LINE_AA)

    gap = int(rng.integers(34, 48) * unit)
    top, foot = int(horizon - 260 * unit), int(horizon + 60 * unit)
    for x in range(int(rng.integers(0, gap)), width, gap):
        if abs(x - width * 0.5) < width * 0.16:
            continue  # the gate is open in the middle
        cv2.line(ground, (x, top), (x, foot), 52, max(2, int(7 * unit)), cv2.LINE_AA)
        cv2.line(ground, (x - 1, top), (x - 1, foot), 96, 1, cv2.LINE_AA)
    for y in (top + int(20 * unit), foot - int(30 * unit)):
        for x0, x1 in ((0, int(width * 0.34)), (int(width * 0.66), width)):
            cv2.line(ground, (x0, y), (x1, y), 60, max(2, int(9 * unit)), cv2.LINE_AA)
    for x in (int(width * 0.34), int(width * 0.66)):
        cv2.rectangle(ground, (x - int(26 * unit), top - 30), (x + int(26 * unit), foot), 140, -1)
        cv2.rectangle(ground, (x + int(10 * unit), top - 30), (x + int(26 * unit), foot), 112, -1)
    # The camera focuses at arm's length; the street behind is soft.
    return np.asarray(cv2.GaussianBlur(ground, (0, 0), 2.2 * unit), np.uint8)


def light_field(rng: np.random.Generator, width: int, height: int) -> Grey:
    """Return uneven light and the lens's dark corners; 255 is full light."""
    ys, xs = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    tilt = rng.uniform(-0.09, 0.09, 2)
    field = 0.93 + tilt[0] * xs + tilt[1] * ys - 0.11 * (xs**2 + ys**2)
    return np.asarray(np.clip(field * 255, 0, 255), np.uint8)


@dataclass(frozen=True)
class Walker:
    """A person walking: a cut-out and a path. Positions are parts of the frame's width."""

    grey: Grey
    alpha: Grey
    start: float
    speed_per_s: float
    foot: float
    sway_hz: float


def person(
    rng: np.random.Generator, height: int, *, umbrella: bool, start: float | None = None
) -> Walker:
    """Draw a person about as high as the frame, out of focus, with or without an umbrella."""
    tall = int(height * rng.uniform(0.65, 1.05))
    wide = int(tall * (0.85 if umbrella else 0.5))
    grey = np.full((tall, wide), 90, np.uint8)
    alpha = np.zeros((tall, wide), np.uint8)
    cx = wide // 2
    u = tall / 100
    shirt, legs, skin = (int(v) for v in rng.integers((95, 30, 110), (235, 90, 175)))

    def blob(x: float, y: float, rx: float, ry: float, shade: int) -> None:
        for picture, value in ((grey, shade), (alpha, 255)):
            cv2.ellipse(
                picture,
                (round(cx + x * u), round(y * u)),
                (max(1, round(rx * u)), max(1, round(ry * u))),
                0,
                0,
                360,
                value,
                -1,
                cv2.LINE_AA,
            )

    for side in (-1, 1):
        blob(side * 4, 82, 4.2, 24, legs)
        blob(side * 11, 46, 3.2, 16, shirt - 18)
        blob(side * 11.5, 62, 2.3, 5, skin)
    blob(0, 46, 11, 20, shirt)
    blob(0, 24, 3, 6, skin - 15)
    blob(0, 16, 6, 8, skin)
    blob(0, 11.5, 6.6, 6, 35)
    for x in (-2.3, 2.3):
        blob(x, 16.5, 0.9, 0.5, 50)
    blob(0, 20.5, 1.8, 0.5, skin - 45)
    if rng.random() < 0.6:  # a school bag's straps
        for x in (-5, 5):
            blob(x, 40, 1.3, 13, 60)
    if umbrella:
        blob(0, 9, 32, 11, int(rng.integers(40, 200)))
        grey[int(10 * u) : int(14 * u)] = (grey[int(10 * u) : int(14 * u)] * 0.8).astype(np.uint8)
        blob(9, 30, 0.6, 20, 40)
    folds = soft_noise(rng, wide, tall, max(3, int(5 * u))).astype(np.float32)
    grey = np.clip(grey + (folds - 128) * 0.12, 0, 255).astype(np.uint8)
    sigma = 1.6 * height / 720
    return Walker(
        grey=np.asarray(cv2.GaussianBlur(grey, (0, 0), sigma), np.uint8),
        alpha=np.asarray(cv2.GaussianBlur(alpha, (0, 0), sigma), np.uint8),
        start=float(rng.uniform(-0.1, 1.0)) if start is None else start,
        speed_per_s=float(rng.choice((-1, 1)) * rng.uniform(0.06, 0.3)),
        foot=float(rng.uniform(0.98, 1.25)),
        sway_hz=float(rng.uniform(1.4, 2.1)),
    )


def paste(picture: Grey, grey: Grey, alpha: Grey, left: int, top: int) -> None:
    """Paste a cut-out into `picture` in place, clipped to it."""
    height, width = picture.shape
    h, w = grey.shape
    x0, y0, x1, y1 = max(0, left), max(0, top), min(width, left + w), min(height, top + h)
    if x0 >= x1 or y0 >= y1:
        return
    part = (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
    under = picture[y0:y1, x0:x1]
    over = cv2.multiply(grey[part], alpha[part], scale=1 / 255)
    under = cv2.multiply(under, cv2.bitwise_not(alpha[part]), scale=1 / 255)
    picture[y0:y1, x0:x1] = cv2.add(over, under)


def walk(picture: Grey, people: list[Walker], seconds: float) -> None:
    """Draw everybody in place where they are after `seconds`; those who leave come back."""
    height, width = picture.shape
    for who in people:
        across = (who.start + who.speed_per_s * seconds + 0.4) % 1.8 - 0.4
        bob = 0.008 * np.sin(2 * np.pi * who.sway_hz * seconds)
        left = round(across * width - who.grey.shape[1] / 2)
        top = round((who.foot + bob) * height) - who.grey.shape[0]
        paste(picture, who.grey, who.alpha, left, top)
