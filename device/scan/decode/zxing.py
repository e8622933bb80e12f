"""zxing-cpp: the decoder of choice."""

import zxingcpp

from device.scan.decode import Code, Point
from device.scan.frames import Grey


class ZxingDecoder:
    """QR codes of model 2 only: the wider `QRCode` includes Micro QR, which gave false reads."""

    def decode(self, image: Grey) -> list[Code]:
        """All codes in `image`, each once."""
        codes = []
        for found in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCodeModel2):
            at = found.position
            corners = (
                _point(at.top_left),
                _point(at.top_right),
                _point(at.bottom_right),
                _point(at.bottom_left),
            )
            codes.append(Code(bytes(found.bytes), corners))
        return codes


def _point(point: zxingcpp.Point) -> Point:
    return (float(point.x), float(point.y))
