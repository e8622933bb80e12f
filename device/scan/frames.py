"""Grey frames of a camera, one at a time."""

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
    """A frame and its capture time in ms since boot."""

    image: Grey
    captured_up_ms: int


class FrameSource(Protocol):
    """A camera, a webcam, or recorded frames. Its constructor opens it or raises CameraError."""

    @property
    def ended(self) -> bool:
        """Whether no further frame can come: recorded frames that do not loop."""
        ...

    def read(self, timeout_s: float) -> Frame | None:
        """Return the newest frame, or None if none came within `timeout_s`.

        Raises:
            CameraError: the camera is gone and has to be opened again.
        """
        ...

    def advise(self, advice: Advice) -> Advice:
        """Apply `advice` in place of earlier advice, as far as possible; return what was applied.

        Raises:
            CameraError: the camera is gone and has to be opened again.
        """
        ...

    def close(self) -> None:
        """Release the camera. May be called twice."""
        ...


def contrast(image: Grey) -> int:
    """Return the difference between the 5th and the 95th percentile of grey levels.

    Only a part of the pixels is read: it takes some 0.1 ms.
    """
    low, high = np.percentile(image[::16, ::16], (5, 95))
    return int(high) - int(low)
