"""Decoders by zxing-cpp, the preferred library."""

import zxingcpp

from device.scan.decode import Code, Point
from device.scan.frames import Grey

MODEL_2 = zxingcpp.BarcodeFormat.QRCodeModel2
"""Not the wider `QRCode`: that includes Micro QR, which gave a false read."""


class ZxingDecoder:
    """zxing-cpp with all its own attempts: smaller copies, inverted, all binarisation methods."""

    def decode(self, image: Grey) -> list[Code]:
        """Return all codes in `image`, each once."""
        return _codes(zxingcpp.read_barcodes(image, formats=MODEL_2))


def read_once(image: Grey, *, one_threshold: bool = False) -> list[Code]:
    """Read in one quick pass, dark on light, at this size only: half the time of all attempts.

    `one_threshold` uses one black point for the whole image instead of local ones: a fifth of the
    time, and sometimes better on even light.
    """
    binarizer = zxingcpp.Binarizer
    return _codes(
        zxingcpp.read_barcodes(
            image,
            formats=MODEL_2,
            try_rotate=False,
            try_downscale=False,
            try_invert=False,
            binarizer=binarizer.GlobalHistogram if one_threshold else binarizer.LocalAverage,
        )
    )


def _codes(found: list[zxingcpp.Barcode]) -> list[Code]:
    codes = []
    for barcode in found:
        at = barcode.position
        corners = (
            _point(at.top_left),
            _point(at.top_right),
            _point(at.bottom_right),
            _point(at.bottom_left),
        )
        codes.append(Code(bytes(barcode.bytes), corners))
    return codes


def _point(point: zxingcpp.Point) -> Point:
    return (float(point.x), float(point.y))
