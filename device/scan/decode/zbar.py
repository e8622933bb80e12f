"""Decoders by zbar: slower than zxing-cpp, but it reads some codes that zxing-cpp does not."""

import ctypes
from typing import Any

from pyzbar import pyzbar, wrapper

from device.scan.decode import Code
from device.scan.frames import Grey

_BINARY = 4
"""ZBAR_CFG_BINARY, since zbar 0.23.1: bytes as they are, no guessed encoding. Not in pyzbar."""
_GREY = int.from_bytes(b"Y800", "little")


class PyzbarDecoder:
    """zbar by pyzbar, QR codes only.

    It is right for our own cards, which are ASCII. pyzbar returns what zbar made of other bytes by
    guessing an encoding, so a Vietnamese text of another issuer may arrive garbled.
    """

    def decode(self, image: Grey) -> list[Code]:
        """Return all codes in `image`, each once."""
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


class ZbarDecoder:
    """zbar in binary mode, with one scanner for all images.

    Raises:
        RuntimeError: the installed zbar is older than 0.23.1 and has no binary mode.
    """

    def __init__(self) -> None:
        library: Any = wrapper.load_libzbar()
        self._scanner = wrapper.zbar_image_scanner_create()
        qr, enable = int(wrapper.ZBarSymbol.QRCODE), int(wrapper.ZBarConfig.CFG_ENABLE)
        wrapper.zbar_image_scanner_set_config(self._scanner, 0, enable, 0)
        wrapper.zbar_image_scanner_set_config(self._scanner, qr, enable, 1)
        # pyzbar's binding of set_config accepts any number; only its enum lacks this name.
        if wrapper.zbar_image_scanner_set_config(self._scanner, qr, _BINARY, 1):
            raise RuntimeError("zbar has no binary mode; install libzbar0 0.23.1 or newer")
        self._library = library

    def decode(self, image: Grey) -> list[Code]:
        """Return all codes in `image`, each once. A lone part of a structured append is no code."""
        height, width = image.shape
        data = image.tobytes()
        picture = wrapper.zbar_image_create()
        try:
            wrapper.zbar_image_set_format(picture, _GREY)
            wrapper.zbar_image_set_size(picture, width, height)
            wrapper.zbar_image_set_data(
                picture, ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p), len(data), None
            )
            if wrapper.zbar_scan_image(self._scanner, picture) <= 0:
                return []
            return self._symbols(picture)
        finally:
            wrapper.zbar_image_destroy(picture)

    def _symbols(self, picture: Any) -> list[Code]:
        codes = []
        symbol = wrapper.zbar_image_first_symbol(picture)
        while symbol:
            corners = tuple(
                (
                    float(wrapper.zbar_symbol_get_loc_x(symbol, which)),
                    float(wrapper.zbar_symbol_get_loc_y(symbol, which)),
                )
                for which in range(wrapper.zbar_symbol_get_loc_size(symbol))
            )
            if symbol.contents.type == wrapper.ZBarSymbol.QRCODE and len(corners) == 4:
                length = wrapper.zbar_symbol_get_data_length(symbol)
                # zbar counts anticlockwise from the top left; zxing-cpp clockwise.
                around = (corners[0], corners[3], corners[2], corners[1])
                codes.append(
                    Code(ctypes.string_at(wrapper.zbar_symbol_get_data(symbol), length), around)
                )
            symbol = wrapper.zbar_symbol_next(symbol)
        return codes
