"""The protocol between the gate and its decoder process: one shared memory, two pipes.

A frame is in the shared memory; requests and answers on the pipes have a fixed size, so a process
that dies never leaves half a message. The gate does not trust the answers: codes are plain bytes,
and everything is checked.
"""

import struct
from collections.abc import Mapping

from device.scan.advice import LONGEST_US, MOST_EV, Advice
from device.scan.decode import Code

REQUEST = struct.Struct("<QIIII")
"""Number of the request, width, height, number of the keys' version, length of the keys."""
ANSWER = struct.Struct("<QIIQ")
"""Number of the request, an ANSWER_ value, length of the codes, packed advice."""
ANSWER_CODES, ANSWER_DIED, ANSWER_READY = 1, 2, 3
CODES_BYTES = 65_536
"""At the start of the shared memory; the keys follow."""
KEYS_BYTES = 16_384
"""Room for every key_id."""
FRAME_AT = CODES_BYTES + KEYS_BYTES
"""The offset of the frame in the shared memory."""
MAX_CODES = 64
MAX_DATA = 7_089
"""The most that a QR code holds, in digits."""
KEY_SIZE = 32

_CODE = struct.Struct("<H8f")


def pack_codes(codes: list[Code]) -> bytes:
    """Pack as many of `codes` as there is room for."""
    parts: list[bytes] = []
    size = 0
    for code in codes[:MAX_CODES]:
        flat = [coordinate for point in code.corners for coordinate in point]
        part = _CODE.pack(min(len(code.data), MAX_DATA), *flat) + code.data[:MAX_DATA]
        size += len(part)
        if size > CODES_BYTES:
            break
        parts.append(part)
    return b"".join(parts)


def unpack_codes(packed: bytes) -> list[Code]:
    """Unpack codes. Raises ValueError for anything that `pack_codes` does not make."""
    codes: list[Code] = []
    at = 0
    while at < len(packed):
        if len(packed) - at < _CODE.size or len(codes) == MAX_CODES:
            raise ValueError("not a list of codes")
        length, *flat = _CODE.unpack_from(packed, at)
        at += _CODE.size
        if length > MAX_DATA or at + length > len(packed):
            raise ValueError("a code longer than its message")
        if not all(-1e6 < value < 1e6 for value in flat):
            raise ValueError("a corner far outside of any image")
        a, b, c, d = zip(flat[::2], flat[1::2], strict=True)
        codes.append(Code(packed[at : at + length], (a, b, c, d)))
        at += length
    return codes


def pack_advice(advice: Advice) -> int:
    """Pack advice as a number of 64 bits; no advice is 0."""
    step = LONGEST_US.index(advice.longest_us)
    return advice.finer | step << 1 | (advice.exposure_ev & 0xFF) << 8


def unpack_advice(packed: int) -> Advice:
    """Unpack advice. Raises ValueError for anything that `pack_advice` does not make."""
    finer, step, stops = bool(packed & 1), packed >> 1 & 0x7F, packed >> 8
    exposure_ev = stops - 0x100 if stops > 0x7F else stops
    if stops > 0xFF or step >= len(LONGEST_US) or abs(exposure_ev) > MOST_EV:
        raise ValueError("advice out of range")
    return Advice(exposure_ev, LONGEST_US[step], finer)


def pack_keys(keys: Mapping[int, bytes]) -> bytes:
    """Pack public keys (key_id 0-255 to 32 raw bytes)."""
    return b"".join(bytes([key_id]) + raw for key_id, raw in keys.items())


def unpack_keys(packed: bytes) -> dict[int, bytes]:
    """Unpack public keys."""
    size = 1 + KEY_SIZE
    return {packed[at]: packed[at + 1 : at + size] for at in range(0, len(packed), size)}
