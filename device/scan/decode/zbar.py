"""zbar through pyzbar: the other decoder."""

from pyzbar import pyzbar

from device.scan.decode import Code
from device.scan.frames import Grey


class PyzbarDecoder:
    """QR codes only. Right for our own cards, which are ASCII; pyzbar hands on what zbar made of
    other bytes by guessing an encoding, so a Vietnamese text from elsewhere may arrive garbled.
    """

    def decode(self, image: Grey) -> list[Code]:
        """All codes in `image`, each once."""
        height, width = image.shape
        pixels = (image.tobytes(), width, height)
        try:
            found = pyzbar.decode(pixels, symbols=[pyzbar.ZBarSymbol.QRCODE])
        except ValueError:
            # One part of a structured append makes pyzbar give up on the whole image.
            return []
        codes = []
        for symbol in found:
            corners = tuple((float(point.x), float(point.y)) for point in symbol.polygon)
            if len(corners) == 4:
                codes.append(Code(symbol.data, corners))
        return codes
