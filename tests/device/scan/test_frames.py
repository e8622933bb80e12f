"""Cameras: recorded frames, a missing webcam, and a simulated Pi camera."""

import sys
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from device.clock import up_ms
from device.scan.advice import NO_ADVICE, Advice
from device.scan.frames import CameraError
from device.scan.picamera import PicameraSource
from device.scan.replay import ReplaySource
from device.scan.v4l2 import V4l2Source
from tests.fakes import picamera2
from tests.fakes.webcam import Webcam


def write_frames(folder: Path, count: int) -> None:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        cv2.imwrite(str(folder / f"{number:03}.png"), np.full((48, 64), number, np.uint8))


class TestReplay:
    def test_a_folder_is_played_in_order_and_ends(self, tmp_path: Path) -> None:
        write_frames(tmp_path, 3)
        (tmp_path / "truth.tsv").write_text("not an image")
        source = ReplaySource(tmp_path, fps=1000, loop=False)
        frames = [source.read(0.01) for _ in range(3)]
        assert [frame.image[0, 0] for frame in frames if frame] == [0, 1, 2]
        assert source.read(0.01) is None
        assert source.ended

    def test_frames_are_stamped_with_when_they_were_due(self, tmp_path: Path) -> None:
        write_frames(tmp_path, 4)
        source = ReplaySource(tmp_path, fps=100, loop=True)
        stamps = [frame.captured_up_ms for _ in range(8) if (frame := source.read(1))]
        assert [b - a for a, b in pairwise(stamps)] == [10] * 7
        assert abs(stamps[-1] - up_ms()) < 60_000

    def test_a_loop_begins_again(self, tmp_path: Path) -> None:
        write_frames(tmp_path, 2)
        source = ReplaySource(tmp_path, fps=1000, loop=True)
        frames = [source.read(0.01) for _ in range(5)]
        assert [frame.image[0, 0] for frame in frames if frame] == [0, 1, 0, 1, 0]

    def test_a_video_is_played(self, tmp_path: Path) -> None:
        path = tmp_path / "video.avi"
        video = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
        for level in (0, 128, 255):
            video.write(np.full((48, 64, 3), level, np.uint8))
        video.release()
        source = ReplaySource(path, fps=1000, loop=False)
        frames = [source.read(0.01) for _ in range(3)]
        assert [frame.image.shape for frame in frames if frame] == [(48, 64)] * 3
        assert source.read(0.01) is None

    @pytest.mark.parametrize("name", ["nothing", "empty", "broken.png", "broken.avi"])
    def test_nothing_to_play_is_explained(self, tmp_path: Path, name: str) -> None:
        (tmp_path / "empty").mkdir()
        (tmp_path / "broken.png").write_bytes(b"not an image")
        (tmp_path / "broken.avi").write_bytes(b"not a video")
        with pytest.raises(CameraError, match=name.partition(".")[0]):
            ReplaySource(tmp_path / name, fps=10, loop=True).read(0.01)


def test_a_recording_takes_no_advice_and_remembers_it(tmp_path: Path) -> None:
    write_frames(tmp_path, 1)
    source = ReplaySource(tmp_path, fps=1000, loop=True)
    assert source.advise(Advice(finer=True)) == NO_ADVICE
    assert source.advised == [Advice(finer=True)]


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


class TestPicamera:
    """Simulated: a stand-in for picamera2 that lends its buffers and needs them back."""

    @pytest.fixture
    def camera(self, monkeypatch: pytest.MonkeyPatch) -> picamera2.Hardware:
        hardware = picamera2.Hardware(width=64, height=48, stride=80)
        monkeypatch.setitem(sys.modules, "picamera2", hardware.picamera2_module())
        monkeypatch.setitem(sys.modules, "libcamera", hardware.libcamera_module())
        return hardware

    def open(self, *, exposure_us: int = 0, rotation: int = 0) -> PicameraSource:
        return PicameraSource(
            width=64, height=48, fps=15, exposure_us=exposure_us, rotation=rotation
        )

    def test_the_luma_plane_is_seen_in_place(self, camera: picamera2.Hardware) -> None:
        source = self.open()
        frame = source.read(1)
        assert frame is not None
        assert frame.image.shape == (48, 64)
        assert frame.captured_up_ms == camera.captured_up_ms
        assert not frame.image.flags.owndata
        assert (frame.image == camera.luma()).all()
        with pytest.raises(BufferError):
            source.close()

    def test_each_buffer_goes_back(self, camera: picamera2.Hardware) -> None:
        source = self.open()
        for _ in range(10):
            assert source.read(1)
            assert camera.lent == 1
        source.close()
        assert camera.lent == 0
        assert not camera.running

    def test_moving_cards_are_caught_by_short_exposures(self, camera: picamera2.Hardware) -> None:
        self.open(rotation=180)
        assert camera.controls["AeExposureMode"] == "short"
        assert camera.controls["FrameDurationLimits"] == (66_667, 66_667)
        assert camera.transform == {"hflip": True, "vflip": True}
        self.open(exposure_us=2_000)
        assert camera.controls["ExposureTime"] == 2_000
        assert "AfMode" not in camera.controls  # this camera has no autofocus

    def test_advice_shifts_the_automatic_exposure(self, camera: picamera2.Hardware) -> None:
        source = self.open()
        assert source.advise(Advice(exposure_ev=1)) == Advice(exposure_ev=1)
        assert camera.calls == [{"ExposureValue": 1.0}]
        assert source.advise(NO_ADVICE) == NO_ADVICE
        assert camera.controls["ExposureValue"] == 0.0
        source.close()

    def test_a_long_exposure_is_cut_short_and_given_back_in_the_sun(
        self, camera: picamera2.Hardware
    ) -> None:
        source = self.open()
        assert source.advise(Advice(longest_us=4_000)).longest_us == 4_000
        for _ in range(20):
            assert source.read(1)
        fixed = {"ExposureTime": 4_000, "ExposureTimeMode": "manual"}
        assert camera.calls == [fixed]
        camera.exposure_us = 1_000  # the sun comes out
        for _ in range(20):
            assert source.read(1)
        assert camera.calls == [fixed, {"ExposureTimeMode": "auto"}]
        source.advise(Advice(longest_us=2_000))
        assert source.read(1)
        assert len(camera.calls) == 2  # already shorter by itself
        source.close()

    def test_a_finer_picture_is_half_as_large_again(self, camera: picamera2.Hardware) -> None:
        source = self.open(rotation=180)
        assert source.read(1)
        assert source.advise(Advice(exposure_ev=1, finer=True)).finer
        frame = source.read(1)
        assert frame is not None
        assert frame.image.shape == (72, 96)
        assert (frame.image == camera.luma()).all()
        frame = None
        assert camera.controls["ExposureValue"] == 1.0
        assert camera.transform == {"hflip": True, "vflip": True}
        assert not source.advise(NO_ADVICE).finer
        frame = source.read(1)
        assert frame is not None
        assert frame.image.shape == (48, 64)
        assert camera.starts == 3
        frame = None
        source.close()
        assert not camera.running

    def test_what_a_camera_cannot_do_it_does_not_take(self, camera: picamera2.Hardware) -> None:
        everything = Advice(exposure_ev=1, longest_us=2_000, finer=True)
        assert self.open(exposure_us=3_000).advise(everything) == Advice(finer=True)
        camera.array = (80, 60)
        assert self.open().advise(Advice(finer=True)) == NO_ADVICE
        assert camera.calls == []
        camera.failing = RuntimeError("gone")
        with pytest.raises(CameraError, match="gone"):
            self.open().advise(Advice(exposure_ev=1))

    def test_a_silent_camera_gives_none_and_is_asked_once(self, camera: picamera2.Hardware) -> None:
        source = self.open()
        camera.silent = True
        assert source.read(0.01) is None
        assert source.read(0.01) is None
        assert camera.asked == 1
        camera.silent = False
        assert source.read(0.01)

    def test_a_camera_that_fails_in_service(self, camera: picamera2.Hardware) -> None:
        source = self.open()
        camera.failing = RuntimeError("dequeue failed")
        with pytest.raises(CameraError, match="dequeue failed"):
            source.read(0.01)
        source.close()

    def test_no_camera_at_all(self, camera: picamera2.Hardware) -> None:
        camera.missing = True
        with pytest.raises(CameraError, match="ribbon cable"):
            self.open()

    def test_no_picamera2(self) -> None:
        with pytest.raises(CameraError, match="python3-picamera2"):
            self.open()
