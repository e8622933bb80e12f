"""Make hostile codes and pictures of every kind that the benchmark `hostile` shows."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import zxingcpp

from benchmarks.gate.labels import BenchError
from demo.scenes.card_art import modules
from device.scan.frames import Grey

FOREIGN = ("MicroQRCode", "RMQRCode", "Aztec", "DataMatrix", "PDF417", "Code128", "EAN13")
STRUCTURED_APPEND, BYTES, FNC1_FIRST, ECI, KANJI, FNC1_SECOND = 3, 4, 5, 7, 8, 9
"""The four bits that begin a segment of a QR code."""
END, FILL = "0000", "1110110000010001"
BROKEN_TEXT = (
    b"\xff\xfe",
    b"\xc3\x28",
    b"\xed\xa0\x80",
    b"\0",
    b"\xf8\x88",
    b"SG1:\xff",
    b"\xc0\x80",
)
"""Bytes that are invalid UTF-8, or end a text in a program that relies on it."""


@dataclass(frozen=True, slots=True)
class Hostile:
    """One picture, and its kind."""

    kind: str
    image: Grey


def shown(code: Grey, rng: random.Random, margin: int = 4) -> Grey:
    """Print a code of one pixel per module at 2-6 pixels per module, a large one smaller."""
    px = rng.randint(2, 6) if len(code) < 80 else rng.randint(2, 3)
    framed = np.pad(code, margin, constant_values=255)
    return np.kron(framed, np.ones((px, px), np.uint8)).astype(np.uint8)


def _bits_code(version: int, bits: str, mask: int) -> Grey:
    """Return a QR code whose data are `bits` unchanged, with right error correction and padding."""
    try:
        import qrcode
        from qrcode import base, util
    except ImportError as error:
        raise BenchError("codes are drawn bit by bit with qrcode: pip install qrcode") from error
    level = qrcode.constants.ERROR_CORRECT_M
    blocks = base.rs_blocks(version, level)
    room = sum(block.data_count for block in blocks) * 8
    buffer: Any = util.BitBuffer()
    for bit in (bits + END + FILL * room)[:room]:
        buffer.put_bit(bit == "1")
    maker: Any = qrcode.QRCode(version=version, error_correction=level)
    maker.data_cache = util.create_bytes(buffer, blocks)
    maker.makeImpl(False, mask)
    return np.where(np.array(maker.modules, dtype=bool), 0, 255).astype(np.uint8)


def _segment(mode: int, fields: tuple[tuple[int, int], ...] = ()) -> str:
    """Return the four bits of `mode`, then each (value, width)."""
    return "".join(f"{value:0{width}b}" for value, width in ((mode, 4), *fields))


def _byte_segment(data: bytes, claimed: int | None = None) -> str:
    """Return a byte segment for versions 1-9; `claimed` is a false length."""
    length = len(data) if claimed is None else claimed
    return _segment(BYTES, ((length & 0xFF, 8),)) + "".join(f"{byte:08b}" for byte in data)


def flipped(rng: random.Random, card: bytes) -> Hostile:
    """Return a genuine card with 5 to 400 inverted modules, in a fifth of cases in one place."""
    code = modules(card)
    side = len(code)
    spots = [(rng.randrange(side), rng.randrange(side)) for _ in range(rng.randint(5, 400))]
    if rng.random() < 0.2:
        y0, x0 = rng.randrange(side), rng.randrange(side)
        spots = [((y0 + y % 9) % side, (x0 + x % 9) % side) for y, x in spots]
    for y, x in spots:
        code[y, x] ^= 255
    return Hostile("flipped modules", shown(code, rng))


def forged(rng: random.Random, card: bytes) -> Hostile:
    """Return a perfect code with a genuine card's text, of which a few characters are changed."""
    text = bytearray(card)
    for _ in range(rng.randint(1, 5)):
        text[rng.randrange(len(text))] = rng.choice(
            b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
        )
    cut = rng.randrange(len(text)) if rng.random() < 0.1 else len(text)
    text = text[: cut or 1]
    return Hostile("forged text", shown(modules(bytes(text)), rng))


def payload(rng: random.Random, _: bytes) -> Hostile:
    """Return a code of random bytes, broken UTF-8, or texts that begin like a card."""
    parts = [rng.randbytes(rng.randint(1, 200)), *rng.sample(BROKEN_TEXT, 2), b"Nguy\xe1\xbb\x85n"]
    rng.shuffle(parts)
    data = rng.choice((b"", b"SG1:", b"SG1:" * 20)) + b"".join(parts[: rng.randint(1, 4)])
    return Hostile("broken payload", shown(modules(data), rng))


def long(rng: random.Random, card: bytes) -> Hostile:
    """Return a code of version 40, the largest, which may begin with a whole card."""
    data = rng.choice((b"", card, b"SG1:")) + rng.randbytes(2200)
    return Hostile("version 40", shown(modules(data), rng))


def headed(rng: random.Random, card: bytes) -> Hostile:
    """Return a code with structured append, ECI or FNC1 before its data, or with a false length."""
    data = rng.choice((card[:80], "Nguyễn Thị Ánh".encode(), rng.randbytes(30)))
    eci = rng.choice((_segment(ECI, ((rng.randrange(128), 8),)), _segment(ECI, ((0xFFFF, 16),))))
    kind, head = rng.choice(
        (
            (
                "structured append",
                _segment(STRUCTURED_APPEND, ((rng.randrange(256), 8), (rng.randrange(256), 8))),
            ),
            ("eci", eci),
            ("fnc1", _segment(rng.choice((FNC1_FIRST, FNC1_SECOND)), ((rng.randrange(256), 8),))),
            ("lying length", ""),
        )
    )
    body = _byte_segment(data, rng.randrange(256) if kind == "lying length" else None)
    return Hostile(kind, shown(_bits_code(5, head + body, rng.randrange(8)), rng))


def any_bits(rng: random.Random, _: bytes) -> Hostile:
    """Return arbitrary segments with right error correction: only the parser can refuse them."""
    version = rng.choice((1, 2, 3, 5, 7))
    modes = (STRUCTURED_APPEND, BYTES, FNC1_FIRST, ECI, KANJI, 1, 2, rng.randrange(16))
    bits = "".join(
        f"{rng.choice(modes):04b}" + f"{rng.getrandbits(64):064b}"[: rng.randint(4, 64)]
        for _ in range(rng.randint(1, 12))
    )
    return Hostile("arbitrary bits", shown(_bits_code(version, bits, rng.randrange(8)), rng))


def foreign(rng: random.Random, _: bytes) -> Hostile:
    """Return a code of another symbology, Micro QR and rMQR included."""
    name = rng.choice(FOREIGN)
    text = "4006381333931" if name == "EAN13" else f"SG1:{rng.randrange(100)}"
    made = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, name))
    picture = np.array(made.to_image(scale=rng.randint(3, 5), add_quiet_zones=True), np.uint8)
    return Hostile(name, picture)


def picture(rng: random.Random, card: bytes) -> Hostile:
    """Return a picture without code: noise, stripes, odd sizes, half a card, finder patterns."""
    grain = np.random.default_rng(rng.getrandbits(32))
    height, width = rng.choice(((240, 320), (1, 1), (1, 700), (600, 3), (33, 47), (480, 640)))
    noise = grain.integers(0, 256, (height, width)).astype(np.uint8)
    stripes = np.asarray(np.indices((height, width)).sum(axis=0) % rng.randint(2, 9) * 60, np.uint8)
    finders = np.tile(modules(card)[:9, :9], (12, 12))
    half = np.kron(modules(card)[: rng.randint(9, 30)], np.ones((4, 4), np.uint8))
    flat = np.full((height, width), rng.randrange(256), np.uint8)
    finders = cv2.resize(finders, None, fx=3, fy=3, interpolation=cv2.INTER_NEAREST)
    made = rng.choice((noise, stripes, flat, np.asarray(finders, np.uint8), half.astype(np.uint8)))
    return Hostile("no code", np.ascontiguousarray(made))


Make = Callable[[random.Random, bytes], Hostile]
SHARES: tuple[tuple[Make, int], ...] = (
    (flipped, 40),
    (forged, 20),
    (payload, 12),
    (headed, 10),
    (any_bits, 8),
    (foreign, 5),
    (picture, 4),
    (long, 1),
)
"""What is shown, and its share in percent."""
