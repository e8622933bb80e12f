"""A stand-in for OpenCV's capture of a webcam: properties, and frames of the set size."""

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

from device.scan.frames import Grey


@dataclass
class Webcam:
    """A webcam. `fixed`: it has one size and no backlight compensation, and refuses both."""

    fixed: bool = False
    closed: bool = False
    changes: int = 0
    properties: dict[int, float] = field(
        default_factory=lambda: {
            cv2.CAP_PROP_FRAME_WIDTH: 64.0,
            cv2.CAP_PROP_FRAME_HEIGHT: 48.0,
            cv2.CAP_PROP_BACKLIGHT: 1.0,
        }
    )

    def open(self, device: str, backend: int) -> Any:
        """Stand in for `cv2.VideoCapture`."""
        assert device.startswith("/dev/")
        assert backend == cv2.CAP_V4L2
        return self

    def isOpened(self) -> bool:  # noqa: N802  OpenCV's name
        return not self.closed

    def get(self, name: int) -> float:
        return self.properties.get(name, -1.0)

    def set(self, name: int, value: float) -> bool:
        if self.fixed or name not in self.properties:
            return False
        self.changes += 1
        self.properties[name] = float(value)
        return True

    def read(self) -> tuple[bool, Grey]:
        width, height = (
            round(self.properties[name])
            for name in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)
        )
        return True, np.full((height, width), 7, np.uint8)

    def release(self) -> None:
        self.closed = True
