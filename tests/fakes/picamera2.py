"""A stand-in for picamera2 and libcamera at their Python surface: a camera with one buffer."""

from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass
class Hardware:
    """The camera behind the modules. `stride` is wider than `width`, as real ones are."""

    width: int
    height: int
    stride: int
    lent: int = 0
    asked: int = 0
    running: bool = False
    silent: bool = False
    missing: bool = False
    failing: Exception | None = None
    captured_up_ms: int = 123_456
    controls: dict[str, Any] = field(default_factory=dict)
    transform: dict[str, Any] = field(default_factory=dict)
    buffer: NDArray[np.uint8] = field(init=False)

    def __post_init__(self) -> None:
        size = self.stride * self.height * 3 // 2
        self.buffer = np.arange(size, dtype=np.uint32).astype(np.uint8)

    def luma(self) -> NDArray[np.uint8]:
        rows = self.buffer[: self.stride * self.height].reshape(self.height, self.stride)
        return rows[:, : self.width]

    def picamera2_module(self) -> ModuleType:
        module: Any = ModuleType("picamera2")
        module.Picamera2 = lambda: FakeCamera(self)
        module.MappedArray = Mapped
        made: ModuleType = module
        return made

    def libcamera_module(self) -> ModuleType:
        module: Any = ModuleType("libcamera")
        module.Transform = dict
        module.controls = SimpleNamespace(
            AeExposureModeEnum=SimpleNamespace(Short="short"),
            AfModeEnum=SimpleNamespace(Continuous="continuous"),
        )
        made: ModuleType = module
        return made


class FakeCamera:
    """Picamera2, as far as it is used."""

    camera_controls = ("FrameDurationLimits", "ExposureTime", "AeExposureMode")

    def __init__(self, hardware: Hardware) -> None:
        if hardware.missing:
            raise IndexError("list index out of range")  # what picamera2 says to no camera
        self._hardware = hardware

    def create_video_configuration(self, **wanted: Any) -> dict[str, Any]:
        assert wanted["main"] == {
            "size": (self._hardware.width, self._hardware.height),
            "format": "YUV420",
        }
        return wanted

    def configure(self, wanted: dict[str, Any]) -> None:
        self._hardware.controls = wanted["controls"]
        self._hardware.transform = wanted["transform"]

    def camera_configuration(self) -> dict[str, Any]:
        return {"main": {"stride": self._hardware.stride}}

    def start(self) -> None:
        self._hardware.running = True

    def close(self) -> None:
        self._hardware.running = False

    def capture_request(self, *, wait: bool) -> str:
        assert not wait
        assert self._hardware.lent == 0, "a buffer was not given back"
        self._hardware.asked += 1
        return "job"

    def wait(self, job: str, *, timeout: float) -> "FakeRequest":
        assert job == "job"
        if self._hardware.failing:
            raise self._hardware.failing
        if self._hardware.silent:
            raise TimeoutError
        self._hardware.lent += 1
        return FakeRequest(self._hardware)


class FakeRequest:
    """A completed request, which holds the buffer until it is released."""

    def __init__(self, hardware: Hardware) -> None:
        self.hardware = hardware

    def get_metadata(self) -> dict[str, Any]:
        return {"SensorTimestamp": self.hardware.captured_up_ms * 1_000_000}

    def release(self) -> None:
        self.hardware.lent -= 1


class Mapped:
    """MappedArray without reshaping."""

    def __init__(self, request: FakeRequest, stream: str, *, reshape: bool, write: bool) -> None:
        assert (stream, reshape, write) == ("main", False, False)
        self._request = request
        self.array: NDArray[np.uint8] | None = None

    def __enter__(self) -> "Mapped":
        self.array = self._request.hardware.buffer
        return self

    def __exit__(self, *_: object) -> None:
        self.array = None
