"""`gate scan` with libcamera's virtual camera: what differs from a Pi's, and nothing else.

The product's `picamera.py`, picamera2 and libcamera are the real ones. The virtual camera has no
sensor that could say its raw modes, and it writes two planes, for which libcamera's own memory has
to be taken. It gives frames as fast as they are fetched, whatever is asked for; here they come at
the pictures' own rate.
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
FIRST = Path("/run/schoolgate/virtual-gate-first-frame")
"""Seconds since boot when the first frame was handed on."""


class VirtualCamera(picamera2.Picamera2):  # type: ignore[misc]  # it has no types
    """The one camera that there is."""

    _requests: list[Any]

    def __init__(self) -> None:
        self._taken: list[Any] = []
        self._due_s = 0.0
        self._pause_s = 1 / float(RATE.read_text("ascii"))
        super().__init__()
        self.allocator = LibcameraAllocator(self.camera)

    def _get_raw_modes(self) -> list[dict[str, Any]]:
        wanted = self.camera.generate_configuration([libcamera.StreamRole.VideoRecording])
        formats = wanted.at(0).formats
        return [
            {"format": str(pixels), "size": (size.width, size.height)}
            for pixels in formats.pixel_formats
            for size in formats.sizes(pixels)
        ]

    def process_requests(self, display: object) -> None:
        """Called whenever frames have come: hand on one, when its time has come."""
        if FROZEN.exists():
            return
        with self._requestslock:
            self._taken += self._requests
            self._requests = []
        if self._taken:
            if not FIRST.exists():
                FIRST.write_text(f"{time.clock_gettime(time.CLOCK_BOOTTIME):.2f}", "ascii")
            now_s = time.monotonic()
            self._due_s = max(self._due_s, now_s)
            time.sleep(self._due_s - now_s)
            self._due_s += self._pause_s
            with self._requestslock:
                self._taken += self._requests
                self._requests = [self._taken.pop(0)]
            if self._taken:
                self._run_process_requests()
        super().process_requests(display)

    def stop_(self, request: object = None) -> Any:
        """Give back what was never handed on, too."""
        with self._requestslock:
            self._requests = self._taken + self._requests
            self._taken = []
        return super().stop_(request)


picamera2.Picamera2 = VirtualCamera
main()
