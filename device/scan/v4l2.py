"""A webcam, or any camera that Linux shows as /dev/videoN."""

from collections.abc import Callable

import cv2

from device.clock import up_ms
from device.scan.advice import FINER, NO_ADVICE, Advice
from device.scan.frames import CameraError, Frame

SIZE = (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)


class V4l2Source:
    """Grey frames of a V4L2 device such as `/dev/video0`, at the nearest size it offers.

    Raises:
        CameraError: there is no such camera, or another program is using it.
    """

    ended = False

    def __init__(
        self,
        device: str,
        *,
        width: int,
        height: int,
        fps: float,
        capture: Callable[[str, int], cv2.VideoCapture] = cv2.VideoCapture,
    ) -> None:
        self._device = device
        self._capture = capture(device, cv2.CAP_V4L2)
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
        self._size = [self._capture.get(name) for name in SIZE]
        self._backlight = max(0.0, self._capture.get(cv2.CAP_PROP_BACKLIGHT))
        self._advised = NO_ADVICE

    def read(self, timeout_s: float) -> Frame | None:  # noqa: ARG002 (OpenCV waits 10 s by itself)
        """Return the next frame. OpenCV raises after 10 s without one from the driver."""
        more, image = self._capture.read()
        if not more:
            raise CameraError(f"{self._device}: the camera stopped giving frames")
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) if image.ndim == 3 else image
        return Frame(grey, up_ms())

    def advise(self, advice: Advice) -> Advice:
        """Apply advice: backlight compensation in place of stops, and the size.

        The longest exposure is not applied: with a fixed exposure a webcam's gain is fixed too, and
        the picture becomes dark.
        """
        # Neither is set before it is first needed: setting them may restart the stream.
        taken = Advice(
            exposure_ev=self._compensate(advice.exposure_ev), finer=self._resize(advice.finer)
        )
        self._advised = taken
        return taken

    def _compensate(self, stops: int) -> int:
        stops = max(0, stops)
        if stops == self._advised.exposure_ev:
            return stops
        done = self._capture.set(cv2.CAP_PROP_BACKLIGHT, float(self._backlight + stops))
        return stops if done else self._advised.exposure_ev

    def _resize(self, finer: bool) -> bool:
        if finer == self._advised.finer:
            return finer
        factor = FINER if finer else 1.0
        for name, pixels in zip(SIZE, self._size, strict=True):
            self._capture.set(name, round(pixels * factor))
        shape = [self._capture.get(name) for name in SIZE]
        return finer if shape != list(self._size) else False

    def close(self) -> None:
        """Release the device."""
        self._capture.release()
