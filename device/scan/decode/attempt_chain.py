"""The attempt chain: attempts at one picture, one after the other, until one reads a card."""

from collections.abc import Callable, Sequence

from device.scan.decode import Code
from device.scan.decode.attempts import SINGLE_IMAGE, Attempt
from device.scan.decode.boxes import Box, whole
from device.scan.frames import Grey

IsCard = Callable[[bytes], bool]
"""Whether bytes are a genuine card. The decoder uses no other knowledge of cards."""


def anything(_: bytes) -> bool:
    """Accept all bytes, for decoding without keys."""
    return True


def run_attempts(
    image: Grey,
    box: Box,
    attempts: Sequence[Attempt],
    is_card: IsCard,
    *,
    may_go_on: Callable[[], bool] = lambda: True,
) -> tuple[list[Code], Attempt | None]:
    """Return the codes in `box`, and the attempt that read a card, or else the last one that read.

    It ends at the first attempt that reads a card. Codes that are no card are tried again by the
    further attempts, and returned only if none of them reads a card.
    """
    others: list[Code] = []
    by: Attempt | None = None
    for attempt in attempts:
        codes = attempt.at(image, box)
        if any(is_card(code.data) for code in codes):
            return codes, attempt
        if codes and not others:
            others, by = codes, attempt
        if not may_go_on():
            break
    return others, by


class SingleImageDecoder:
    """Reads one image by itself, with every attempt that pays on photographs. Keeps no state."""

    def __init__(self, is_card: IsCard = anything) -> None:
        self._is_card = is_card

    def decode(self, image: Grey) -> list[Code]:
        """Return all codes that one attempt read, each once."""
        return run_attempts(image, whole(image), SINGLE_IMAGE, self._is_card)[0]
