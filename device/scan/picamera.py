"""The Raspberry Pi's camera. The only module that imports picamera2.

The grey image is the luma plane of a YUV420 (or NV12) stream, used in place in the camera's own
buffer: no copy, no colour conversion. The buffer is returned to the camera at the next `read`.
"""

from typing import Any

from device.clock import up_ms
from device.scan.advice import FINER, NO_ADVICE, Advice
from device.scan.frames import CameraError, Frame
from device.scan.shutter import Shutter, after_frame


class PicameraSource:
    """Grey frames of the first Pi camera.

    `exposure_us` 0 selects automatic exposure, with short exposures before low gain, so that a
    moving card stays sharp; any other value fixes it. `rotation` is 0 or 180 degrees.

    Raises:
        CameraError: there is no camera, or it is in use.
    """

    ended = False

    def __init__(
        self, *, width: int, height: int, fps: float, exposure_us: int, rotation: int
    ) -> None:
        self._full_size = (width, height)
        self._size = (width, height)
        self._fps = fps
        self._exposure_us = exposure_us
        self._flipped = rotation == 180
        self._advice = NO_ADVICE
        self._shutter = Shutter()
        self._camera: Any = None
        self._job: Any = None
        self._request: Any = None
        self._mapped: Any = None
        try:
            import libcamera
            from picamera2 import Picamera2
        except ImportError as error:
            raise CameraError(
                f"picamera2 is not installed here ({error}). On Raspberry Pi OS: "
                "sudo apt install python3-picamera2; elsewhere choose camera.source v4l2 or replay."
            ) from error
        try:
            self._libcamera: Any = libcamera
            self._camera = Picamera2()
            self._start(self._size)
        except Exception as error:  # libcamera raises RuntimeError, IndexError and others
            self.close()
            raise CameraError(
                f"the camera does not start: {error}. Check the ribbon cable and that no other "
                "program uses it (libcamera-hello --list-cameras)."
            ) from error

    def _start(self, size: tuple[int, int]) -> None:
        self._camera.configure(
            self._camera.create_video_configuration(
                main={"size": size, "format": "YUV420"},
                buffer_count=4,
                queue=False,  # a frame from before the request is an old one
                transform=self._libcamera.Transform(hflip=self._flipped, vflip=self._flipped),
                controls=self._controls(),
            )
        )
        self._camera.start()
        width, height = self._camera.camera_configuration()["main"]["size"]
        self._size = (width, height)

    def _controls(self) -> dict[str, Any]:
        known = self._libcamera.controls
        frame_us = round(1_000_000 / self._fps)
        wanted: dict[str, Any] = {"FrameDurationLimits": (frame_us, frame_us)}
        if self._exposure_us:
            wanted |= self._fixed(self._exposure_us)
        else:
            wanted["AeExposureMode"] = known.AeExposureModeEnum.Short
            if self._advice.exposure_ev:
                wanted["ExposureValue"] = float(self._advice.exposure_ev)
            if self._shutter.fixed_us:
                wanted |= self._fixed(self._shutter.fixed_us)
        wanted["AfMode"] = known.AfModeEnum.Continuous
        return self._offered(wanted)

    def _offered(self, wanted: dict[str, Any]) -> dict[str, Any]:
        offered = self._camera.camera_controls
        return {name: value for name, value in wanted.items() if name in offered}

    def _fixed(self, exposure_us: int) -> dict[str, Any]:
        """Return the controls of a fixed exposure time, 0 for the automatic one.

        The gain stays automatic. Since libcamera 0.5 that takes a mode, too.
        """
        wanted: dict[str, Any] = {"ExposureTime": exposure_us}
        if "ExposureTimeMode" in self._camera.camera_controls:
            modes = self._libcamera.controls.ExposureTimeModeEnum
            if not exposure_us:
                return {"ExposureTimeMode": modes.Auto}
            wanted["ExposureTimeMode"] = modes.Manual
        return wanted

    def advise(self, advice: Advice) -> Advice:
        """Apply advice: stops and the longest exposure by controls, a finer picture by a restart.

        A restart takes a few tenths of a second. An exposure that the configuration fixes is not
        changed.
        """
        offered = self._camera.camera_controls
        automatic = not self._exposure_us
        taken = Advice(
            advice.exposure_ev if automatic and "ExposureValue" in offered else 0,
            advice.longest_us if automatic and "ExposureTime" in offered else 0,
            advice.finer and self._has_finer(),
        )
        before, self._advice = self._advice, taken
        try:
            if taken.exposure_ev != before.exposure_ev:
                self._camera.set_controls({"ExposureValue": float(taken.exposure_ev)})
            if taken.finer != before.finer:
                self._resize(taken.finer)
        except Exception as error:  # as at the start
            raise CameraError(f"the camera refuses its controls: {error}") from error
        return taken

    def _has_finer(self) -> bool:
        limits = self._camera.camera_properties.get("PixelArraySize", (0, 0))
        return all(
            size * FINER <= limit for size, limit in zip(self._full_size, limits, strict=True)
        )

    def _resize(self, finer: bool) -> None:
        factor = FINER if finer else 1.0
        width, height = (2 * round(side * factor / 2) for side in self._full_size)
        self._release_request()
        self._camera.stop()
        self._job = None
        self._start((width, height))

    def read(self, timeout_s: float) -> Frame | None:
        """Return the newest frame; its image is valid until the next `read`."""
        from picamera2 import MappedArray

        self._release_request()
        try:
            # A request that timed out is still pending: wait for it again, do not repeat it.
            self._job = self._job or self._camera.capture_request(wait=False)
            self._request = self._camera.wait(self._job, timeout=timeout_s)
            self._job = None
            self._mapped = MappedArray(self._request, "main", reshape=False, write=False)
            plane = self._mapped.__enter__().array
            metadata = self._request.get_metadata()
            self._adjust_exposure(metadata)
        except TimeoutError:
            return None
        except Exception as error:  # the camera's thread passes on whatever libcamera raised
            raise CameraError(f"the camera stopped: {error}") from error
        captured = metadata.get("SensorTimestamp")
        width, height = self._size
        stride = self._camera.camera_configuration()["main"]["stride"]
        luma = plane[: height * stride].reshape(height, stride)[:, :width]
        # SensorTimestamp is CLOCK_BOOTTIME in nanoseconds, as `up_ms` in milliseconds.
        return Frame(luma, captured // 1_000_000 if captured else up_ms())

    def _adjust_exposure(self, metadata: dict[str, Any]) -> None:
        before = self._shutter
        exposure_us, gain = metadata.get("ExposureTime", 0), metadata.get("AnalogueGain", 0.0)
        self._shutter = after_frame(before, self._advice.longest_us, exposure_us, gain)
        if self._shutter.fixed_us != before.fixed_us:
            self._camera.set_controls(self._fixed(self._shutter.fixed_us))

    def _release_request(self) -> None:
        if self._mapped is not None:
            self._mapped.__exit__(None, None, None)
            self._mapped = None
        if self._request is not None:
            self._request.release()
            self._request = None

    def close(self) -> None:
        """Release the camera."""
        self._release_request()
        if self._camera is not None:
            self._camera.close()
            self._camera = None
