"""The decoding pipeline without one of its parts, to measure what the part contributes."""

import numpy as np

from device.scan.decode import Code, Decoder
from device.scan.decode import attempts as a
from device.scan.decode.attempt_chain import anything, run_attempts
from device.scan.decode.attempts import Attempt
from device.scan.decode.boxes import whole
from device.scan.decode.change import Cells, ChangeGate
from device.scan.decode.stream import StreamDecoder, attempts_at
from device.scan.decode.texture import Patch
from device.scan.frames import Grey


class _AlwaysOpen(ChangeGate):
    def look(self, image: Grey) -> Cells:
        super().look(image)
        return np.full_like(self.cells, 255)


def without_gate() -> Decoder:
    """Return a decoder that searches all of every frame."""
    return StreamDecoder(gate=_AlwaysOpen())


class WithoutTracks:
    """Searches each frame afresh where something has changed."""

    def __init__(self) -> None:
        self._decoder = StreamDecoder()

    def decode(self, image: Grey) -> list[Code]:
        """Decode as the whole pipeline, without tracks."""
        self._decoder.clear_tracks()
        return self._decoder.decode(image)


class WithoutPatches:
    """Makes the plain and the doubled attempt at the whole of every frame."""

    def decode(self, image: Grey) -> list[Code]:
        """Decode without change gate, patches and tracks."""
        return run_attempts(image, whole(image), (a.PLAIN, a.DOUBLE), anything)[0]


def _plain_only(_: Patch) -> tuple[Attempt, ...]:
    return (a.PLAIN,)


def _without(attempt: Attempt) -> Decoder:
    """Return a decoder without one attempt at patches; tracked cards still use it."""

    def others_at(patch: Patch) -> tuple[Attempt, ...]:
        return tuple(other for other in attempts_at(patch) if other is not attempt)

    return StreamDecoder(attempts_at=others_at)


PARTS = {
    "no_gate": without_gate,
    "no_tracks": WithoutTracks,
    "no_patches": WithoutPatches,
    "plain_only": lambda: StreamDecoder(attempts_at=_plain_only),
    "no_sharp": lambda: _without(a.SHARP),
    "no_sharper": lambda: _without(a.SHARPER),
    "no_double": lambda: _without(a.DOUBLE),
    "no_blurred": lambda: _without(a.BLURRED),
}
