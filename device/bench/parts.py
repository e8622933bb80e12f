"""The reading pipeline with one part taken out, to see what the part is worth."""

import numpy as np

from device.scan.decode import Code, Decoder
from device.scan.decode import attempts as a
from device.scan.decode.attempts import Attempt
from device.scan.decode.boxes import whole
from device.scan.decode.change import CELL_PX, Cells, ChangeGate
from device.scan.decode.ladder import anything, climb
from device.scan.decode.stream import StreamDecoder
from device.scan.decode.texture import Patch
from device.scan.frames import Grey


class _AlwaysOpen(ChangeGate):
    def look(self, image: Grey) -> Cells:
        height, width = image.shape
        return np.full((max(1, height // CELL_PX), max(1, width // CELL_PX)), 255, np.uint8)


def without_gate() -> Decoder:
    """Every frame is searched everywhere."""
    return StreamDecoder(gate=_AlwaysOpen())


class WithoutTracks:
    """Each frame begins anew where something has changed."""

    def __init__(self) -> None:
        self._decoder = StreamDecoder()

    def decode(self, image: Grey) -> list[Code]:
        """As the whole pipeline, with a short memory."""
        self._decoder.forget_tracks()
        return self._decoder.decode(image)


class WithoutPatches:
    """The plain and the doubled attempt at the whole of every frame."""

    def decode(self, image: Grey) -> list[Code]:
        """No gate, no patches, no tracks."""
        return climb(image, whole(image), (a.PLAIN, a.DOUBLE), anything)[0]


def _with(*attempts: Attempt) -> Decoder:
    def same_for_all(_: Patch) -> tuple[Attempt, ...]:
        return attempts

    return StreamDecoder(attempts_at=same_for_all)


PARTS = {
    "no_gate": without_gate,
    "no_tracks": WithoutTracks,
    "no_patches": WithoutPatches,
    "plain_only": lambda: _with(a.PLAIN),
    "no_sharp": lambda: _with(a.PLAIN, a.DOUBLE, a.BLURRED),
    "no_double": lambda: _with(a.PLAIN, a.SHARP, a.BLURRED),
    "no_blurred": lambda: _with(a.PLAIN, a.DOUBLE, a.SHARP),
}
