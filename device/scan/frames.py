"""What a camera gives: grey frames, one at a time."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from device.scan.advice import Advice
from gate_contract.errors import SchoolgateError

Grey = NDArray[np.uint8]
"""A grey image, shape (height, width), 0 is black."""


class CameraError(SchoolgateError):
    """The camera is missing, busy, or has stopped giving frames."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame and when it was captured, in ms since boot."""

    image: Grey
    captured_up_ms: int


class FrameSource(Protocol):
    """A camera, a webcam, or recorded frames. Its constructor opens it or raises CameraError."""

    @property
    def ended(self) -> bool:
        """True when no further frame can come: recorded frames that do not loop."""
        ...

    def read(self, timeout_s: float) -> Frame | None:
        """The newest frame, or None if none came within `timeout_s`.

        Raises:
            CameraError: the camera is gone and has to be opened again.
        """
        ...

    def advise(self, advice: Advice) -> Advice:
        """Take `advice` in place of any earlier one, as far as this camera can; what it took.

        Raises:
            CameraError: the camera is gone and has to be opened again.
        """
        ...

    def close(self) -> None:
        """Release the camera. May be called twice."""
        ...


def contrast(image: Grey) -> int:
    """How far the darkest and the brightest parts of a frame are apart: the 5th and the 95th of a
    hundred parts, in grey levels. A thinned-out look: some 0.1 ms."""
    low, high = np.percentile(image[::16, ::16], (5, 95))
    return int(high) - int(low)
