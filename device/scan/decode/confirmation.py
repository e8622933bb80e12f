"""Confirm codes that are no card: they may be misread, or be half of a genuine card."""

from device.scan.decode import Code, Decoder
from device.scan.decode.attempt_chain import IsCard
from device.scan.frames import Grey

SEEN_TIMES = 3
"""The number of frames that must read the same bytes before they are accepted."""
FORGET_FRAMES = 20
EDGE_PX = 3
MOST = 64


class Confirmation:
    """Accepts cards at once, and other bytes when several frames have read them."""

    def __init__(self, is_card: IsCard) -> None:
        self._is_card = is_card
        self._waiting: dict[bytes, tuple[int, int]] = {}
        self._frame = 0

    def accepted(self, codes: list[Code], image: Grey) -> list[Code]:
        """Return those of one frame's `codes` that may be answered; each data once."""
        self._frame += 1
        answered: dict[bytes, Code] = {}
        for code in codes:
            if code.data in answered:
                continue
            if self._is_card(code.data) or self._is_confirmed(code, image):
                answered[code.data] = code
        return list(answered.values())

    def _is_confirmed(self, code: Code, image: Grey) -> bool:
        if _at_the_edge(code, image):
            return False
        times, last = self._waiting.get(code.data, (0, 0))
        times = 1 if self._frame - last > FORGET_FRAMES else times + 1
        self._waiting[code.data] = (times, self._frame)
        if len(self._waiting) > MOST:
            oldest = min(self._waiting, key=lambda data: self._waiting[data][1])
            del self._waiting[oldest]
        return times >= SEEN_TIMES


class ConfirmingDecoder:
    """Another decoder, with confirmation of what is no card."""

    def __init__(self, decoder: Decoder, is_card: IsCard) -> None:
        self._decoder = decoder
        self._confirmation = Confirmation(is_card)

    def decode(self, image: Grey) -> list[Code]:
        """Return the codes of this frame that may be answered, each once."""
        return self._confirmation.accepted(self._decoder.decode(image), image)


def _at_the_edge(code: Code, image: Grey) -> bool:
    height, width = image.shape
    return any(
        x < EDGE_PX or y < EDGE_PX or x > width - EDGE_PX or y > height - EDGE_PX
        for x, y in code.corners
    )
