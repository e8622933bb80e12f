"""A webcam, or any camera that Linux shows as /dev/videoN."""

import cv2

from device.clock import up_ms
from device.scan.frames import CameraError, Frame


class V4l2Source:
    """Grey frames of a V4L2 device, e.g. `/dev/video0`, at the nearest size it offers.

    Raises:
        CameraError: no such camera, or another program is using it.
    """

    ended = False

    def __init__(self, device: str, *, width: int, height: int, fps: float) -> None:
        self._device = device
        self._capture = cv2.VideoCapture(device, cv2.CAP_V4L2)
        if not self._capture.isOpened():
            raise CameraError(
                f"{device}: no camera opens there. Is it plugged in, unused by other programs, and "
                "this user in the group video?"
            )
        # MJPG: over USB 2 the uncompressed format of most webcams reaches 10 frames/s at 720p.
        self._capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, width)
        self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
        self._capture.set(cv2.CAP_PROP_FPS, fps)
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # the newest frame, not a queue of old ones

    def read(self, timeout_s: float) -> Frame | None:  # noqa: ARG002 (OpenCV waits 10 s by itself)
        """The next frame. OpenCV gives up by itself when the driver is silent for 10 s."""
        more, image = self._capture.read()
        if not more:
            raise CameraError(f"{self._device}: the camera stopped giving frames")
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) if image.ndim == 3 else image
        return Frame(grey, up_ms())

    def close(self) -> None:
        """Give the device back."""
        self._capture.release()
