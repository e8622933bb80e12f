"""`gate scan` with libcamera's virtual camera: what differs from a Pi's, and nothing else.

The product's `picamera.py`, picamera2 and libcamera are the real ones. The virtual camera has no
sensor that could say its raw modes, and it writes two planes, for which libcamera's own memory has to
be taken. It gives frames as fast as they are fetched, whatever is asked for; here they come at the pictures'
own rate.
"""

import time
from pathlib import Path
from typing import Any

import libcamera
import picamera2
from picamera2.allocators import LibcameraAllocator

from device.cli import main

RATE = Path("/data/virtual-gate/fps")
FROZEN = Path("/run/virtual-gate-camera-frozen")
"""While this exists no frame comes, and no error either."""


class VirtualCamera(picamera2.Picamera2):
    """The one camera that there is."""

    def __init__(self) -> None:
        super().__init__()
        self.allocator = LibcameraAllocator(self.camera)
        self._fps = float(RATE.read_text("ascii"))
        self._next_s = 0.0
        self.pre_callback = self._pace

    def _get_raw_modes(self) -> list[dict[str, Any]]:
        wanted = self.camera.generate_configuration([libcamera.StreamRole.VideoRecording])
        formats = wanted.at(0).formats
        return [
            {"format": str(pixels), "size": (size.width, size.height)}
            for pixels in formats.pixel_formats
            for size in formats.sizes(pixels)
        ]

    def _pace(self, _request: object) -> None:
        while FROZEN.exists():
            time.sleep(0.1)
        now_s = time.monotonic()
        self._next_s = max(self._next_s, now_s)
        time.sleep(self._next_s - now_s)
        self._next_s += 1 / self._fps


picamera2.Picamera2 = VirtualCamera
main()
