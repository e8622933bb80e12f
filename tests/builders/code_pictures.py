"""Pictures of codes for tests: real codes, drawn here, plain or hostile."""

from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np
import pytest
import qrcode
import qrcode.util
import zxingcpp

from demo.scenes.card_art import modules, soft_noise
from device.scan.frames import Grey

STRUCTURED_APPEND, ECI = 3, 7

CARD = "SG1:" + "A0B1C2D3E4" * 11 + "ABCDEFG"
OTHER = "SG1:" + "Z9Y8X7W6V5" * 11 + "GFEDCBA"


def printed(text: str | bytes, scale: int = 4, margin: int = 4) -> Grey:
    """Return a code as printed, with its quiet zone."""
    code = np.pad(modules(text), margin, constant_values=255)
    return np.asarray(
        cv2.resize(code, None, fx=scale, fy=scale, interpolation=cv2.INTER_NEAREST), np.uint8
    )


def street(width: int = 960, height: int = 540, seed: int = 0) -> Grey:
    """Return a smooth grey scene."""
    clouds = soft_noise(np.random.default_rng(seed), width, height, 90)
    return np.asarray(cv2.addWeighted(clouds, 0.4, np.full_like(clouds, 60), 1.0, 0), np.uint8)


def pasted(scene: Grey, code: Grey, left: int, top: int) -> Grey:
    """Copy `scene` with `code` in it; parts outside of the scene are cut off."""
    picture = scene.copy()
    height, width = picture.shape
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(width, left + code.shape[1]), min(height, top + code.shape[0])
    picture[y0:y1, x0:x1] = code[y0 - top : y1 - top, x0 - left : x1 - left]
    return picture


def noisy(image: Grey, sigma: float, seed: int) -> Grey:
    grain = np.random.default_rng(seed).normal(0, sigma, image.shape)
    return np.clip(image + grain, 0, 255).astype(np.uint8)


class _Header:
    """A segment of a code that carries no data: structured append, or ECI."""

    data = b""

    def __init__(self, mode: int, first_byte: int, rest: tuple[int, ...]) -> None:
        self.mode, self.first_byte, self.rest = mode, first_byte, rest

    def __len__(self) -> int:
        return self.first_byte

    def write(self, buffer: qrcode.util.BitBuffer) -> None:
        for value in self.rest:
            buffer.put(value, 8)


@contextmanager
def _headers_are_known(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    known = qrcode.util.length_in_bits
    with monkeypatch.context() as patch:
        patch.setattr(
            qrcode.util,
            "length_in_bits",
            lambda mode, version: 8 if mode in (STRUCTURED_APPEND, ECI) else known(mode, version),
        )
        yield


def headed(
    monkeypatch: pytest.MonkeyPatch, mode: int, first_byte: int, rest: tuple[int, ...], data: bytes
) -> Grey:
    """Return a code of version 5 that begins with a structured append or ECI header."""
    with _headers_are_known(monkeypatch):
        maker = qrcode.QRCode(version=5, error_correction=qrcode.constants.ERROR_CORRECT_M)
        maker.data_list = [_Header(mode, first_byte, rest), qrcode.util.QRData(data, mode=4)]
        maker.makeImpl(False, 2)
    light = np.where(np.pad(np.array(maker.modules, dtype=bool), 4), 0, 255)
    return np.kron(light, np.ones((5, 5))).astype(np.uint8)


def foreign(symbology: str, text: str) -> Grey:
    """Return a code of another symbology, by its name in zxing-cpp."""
    kind = getattr(zxingcpp.BarcodeFormat, symbology)
    code = zxingcpp.create_barcode(text, kind)
    return np.array(code.to_image(scale=6, add_quiet_zones=True), np.uint8)
