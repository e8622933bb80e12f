"""`gate scan` with libcamera's virtual camera, which differs from a Pi's only as described here.

The product's `picamera.py`, picamera2 and libcamera are the real ones. The virtual camera has no
sensor that could list its raw modes, and it writes two planes, for which libcamera's own memory has
to be used. It gives frames as fast as they are fetched, whatever is requested; here they come at
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
"""While this file exists no frame comes, and no error either."""
FIRST = Path("/run/schoolgate/virtual-gate-first-frame")
"""A file with the seconds since boot when the first frame was delivered."""


class VirtualCamera(picamera2.Picamera2):  # type: ignore[misc]  # it has no types
    """The only camera."""

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
        """Deliver a frame when it is due; called whenever frames have come."""
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
        """Stop, and return also requests that were never delivered."""
        with self._requestslock:
            self._requests = self._taken + self._requests
            self._taken = []
        return super().stop_(request)


picamera2.Picamera2 = VirtualCamera
main()
