"""Recorded frames in place of a camera."""

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from device.clock import up_ms
from device.scan.advice import NO_ADVICE, Advice
from device.scan.frames import CameraError
from device.scan.replay import ReplaySource


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
