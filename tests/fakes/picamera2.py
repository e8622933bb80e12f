"""A stand-in for the Python interface of picamera2 and libcamera: a camera with one buffer."""

from dataclasses import dataclass, field
from mmap import mmap
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass
class Hardware:
    """The camera behind the modules. `stride` is wider than `width`, as with real cameras."""

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
    exposure_us: int = 9_000
    """The exposure that automatic exposure selects."""
    gain: float = 2.0
    array: tuple[int, int] = (640, 480)
    starts: int = 0
    calls: list[dict[str, Any]] = field(default_factory=list)
    controls: dict[str, Any] = field(default_factory=dict)
    transform: dict[str, Any] = field(default_factory=dict)
    buffer: NDArray[np.uint8] = field(init=False)

    def __post_init__(self) -> None:
        self.expose()

    def expose(self) -> None:
        """Expose a new buffer of the configured size."""
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
            ExposureTimeModeEnum=SimpleNamespace(Auto="auto", Manual="manual"),
        )
        made: ModuleType = module
        return made


class FakeCamera:
    """Picamera2, as far as it is used."""

    camera_controls: tuple[str, ...] = (
        "FrameDurationLimits",
        "ExposureTime",
        "ExposureTimeMode",
        "ExposureValue",
        "AeExposureMode",
    )

    def __init__(self, hardware: Hardware) -> None:
        if hardware.missing:
            raise IndexError("list index out of range")  # what picamera2 says to no camera
        self._hardware = hardware
        self._running = False
        self.camera_properties = {"PixelArraySize": hardware.array}

    def create_video_configuration(self, **wanted: Any) -> dict[str, Any]:
        assert wanted["main"]["format"] == "YUV420"
        assert wanted["main"].keys() == {"size", "format"}
        return wanted

    def configure(self, wanted: dict[str, Any]) -> None:
        assert not self._running, "configured while it runs"
        hardware = self._hardware
        hardware.width, hardware.height = wanted["main"]["size"]
        hardware.stride = hardware.width + 16
        hardware.expose()
        hardware.controls = dict(wanted["controls"])
        self._hardware.transform = wanted["transform"]

    def camera_configuration(self) -> dict[str, Any]:
        hardware = self._hardware
        return {"main": {"stride": hardware.stride, "size": (hardware.width, hardware.height)}}

    def start(self) -> None:
        self._running = self._hardware.running = True
        self._hardware.starts += 1

    def stop(self) -> None:
        assert self._hardware.lent == 0, "a buffer was not given back"
        self._running = self._hardware.running = False

    def set_controls(self, controls: dict[str, Any]) -> None:
        if self._hardware.failing:
            raise self._hardware.failing
        assert set(controls) <= set(self.camera_controls)
        self._hardware.calls.append(controls)
        self._hardware.controls |= controls

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
        controls = self.hardware.controls
        fixed = controls.get("ExposureTimeMode") == "manual"
        exposure_us = controls["ExposureTime"] if fixed else self.hardware.exposure_us
        return {
            "SensorTimestamp": self.hardware.captured_up_ms * 1_000_000,
            "ExposureTime": exposure_us,
            "AnalogueGain": max(1.0, self.hardware.gain * self.hardware.exposure_us / exposure_us),
        }

    def release(self) -> None:
        self.hardware.lent -= 1


class Mapped:
    """MappedArray without reshaping. As the real one, it must stay open while its array is used."""

    def __init__(self, request: FakeRequest, stream: str, *, reshape: bool, write: bool) -> None:
        assert (stream, reshape, write) == ("main", False, False)
        self._request = request
        self.array: NDArray[np.uint8] | None = None

    def __enter__(self) -> "Mapped":
        buffer = self._request.hardware.buffer
        self._memory = mmap(-1, buffer.nbytes)
        self._memory.write(buffer.tobytes())
        self.array = np.frombuffer(self._memory, np.uint8)
        return self

    def __exit__(self, *_: object) -> None:
        self.array = None
        self._memory.close()
