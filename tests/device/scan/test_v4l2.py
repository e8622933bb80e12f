"""A webcam: simulated, or missing."""

import cv2
import pytest

from device.scan.advice import NO_ADVICE, Advice
from device.scan.frames import CameraError
from device.scan.v4l2 import V4l2Source
from tests.fakes.webcam import Webcam


class TestWebcam:
    """Simulated: OpenCV's capture, with properties that hold or do not."""

    def open(self, webcam: Webcam) -> V4l2Source:
        return V4l2Source("/dev/video0", width=64, height=48, fps=15, capture=webcam.open)

    def test_it_takes_backlight_and_size(self) -> None:
        webcam = Webcam()
        source = self.open(webcam)
        wanted = Advice(exposure_ev=1, longest_us=2_000, finer=True)
        assert source.advise(wanted) == Advice(exposure_ev=1, finer=True)
        assert webcam.properties[cv2.CAP_PROP_BACKLIGHT] == 2
        frame = source.read(1)
        assert frame is not None
        assert frame.image.shape == (72, 96)
        changes = webcam.changes
        assert source.advise(wanted) == Advice(exposure_ev=1, finer=True)
        assert webcam.changes == changes
        assert source.advise(NO_ADVICE) == NO_ADVICE
        assert webcam.properties[cv2.CAP_PROP_BACKLIGHT] == 1
        source.close()
        assert webcam.closed

    def test_one_that_has_neither_stays_as_it_is(self) -> None:
        webcam = Webcam(fixed=True)
        source = self.open(webcam)
        assert source.advise(Advice(exposure_ev=2, finer=True)) == NO_ADVICE
        frame = source.read(1)
        assert frame is not None
        assert frame.image.shape == (48, 64)


def test_a_missing_webcam_is_explained() -> None:
    with pytest.raises(CameraError, match="group video"):
        V4l2Source("/dev/video99", width=640, height=480, fps=10)
