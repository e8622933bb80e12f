"""The Raspberry Pi's camera. The only module that knows picamera2.

The grey image is the luma plane of a YUV420 (or NV12) stream, seen in place in the camera's own
buffer: no copy, no colour conversion. The buffer goes back to the camera at the next `read`.
"""

from typing import Any

from device.clock import up_ms
from device.scan.frames import CameraError, Frame


class PicameraSource:
    """Grey frames of the first Pi camera.

    `exposure_us` 0 lets the camera choose, short exposures before low gain, so that a moving card
    stays sharp; any other value fixes it. `rotation` is 0 or 180 degrees.

    Raises:
        CameraError: no camera, or it is in use.
    """

    ended = False

    def __init__(
        self, *, width: int, height: int, fps: float, exposure_us: int, rotation: int
    ) -> None:
        self._size = (width, height)
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
            self._camera = Picamera2()
            flipped = rotation == 180
            self._camera.configure(
                self._camera.create_video_configuration(
                    main={"size": self._size, "format": "YUV420"},
                    buffer_count=4,
                    queue=False,  # a frame from before the question is an old one
                    transform=libcamera.Transform(hflip=flipped, vflip=flipped),
                    controls=self._controls(libcamera.controls, fps, exposure_us),
                )
            )
            self._camera.start()
        except Exception as error:  # libcamera raises RuntimeError, IndexError and others
            self.close()
            raise CameraError(
                f"the camera does not start: {error}. Check the ribbon cable and that no other "
                "program uses it (libcamera-hello --list-cameras)."
            ) from error

    def _controls(self, known: Any, fps: float, exposure_us: int) -> dict[str, Any]:
        frame_us = round(1_000_000 / fps)
        wanted: dict[str, Any] = {"FrameDurationLimits": (frame_us, frame_us)}
        if exposure_us:
            wanted["ExposureTime"] = exposure_us
        else:
            wanted["AeExposureMode"] = known.AeExposureModeEnum.Short
        wanted["AfMode"] = known.AfModeEnum.Continuous
        offered = self._camera.camera_controls
        return {name: value for name, value in wanted.items() if name in offered}

    def read(self, timeout_s: float) -> Frame | None:
        """The newest frame; its image is valid until the next `read`."""
        from picamera2 import MappedArray

        self._give_back()
        try:
            # A question that ran out of time still stands: it is asked for again, not repeated.
            self._job = self._job or self._camera.capture_request(wait=False)
            self._request = self._camera.wait(self._job, timeout=timeout_s)
            self._job = None
            self._mapped = MappedArray(self._request, "main", reshape=False, write=False)
            plane = self._mapped.__enter__().array
            captured = self._request.get_metadata().get("SensorTimestamp")
        except TimeoutError:
            return None
        except Exception as error:  # the camera's thread hands on whatever libcamera raised
            raise CameraError(f"the camera stopped: {error}") from error
        width, height = self._size
        stride = self._camera.camera_configuration()["main"]["stride"]
        luma = plane[: height * stride].reshape(height, stride)[:, :width]
        # SensorTimestamp is CLOCK_BOOTTIME in nanoseconds: the same clock as ours.
        return Frame(luma, captured // 1_000_000 if captured else up_ms())

    def _give_back(self) -> None:
        if self._mapped is not None:
            self._mapped.__exit__(None, None, None)
            self._mapped = None
        if self._request is not None:
            self._request.release()
            self._request = None

    def close(self) -> None:
        """Give the camera back."""
        self._give_back()
        if self._camera is not None:
            self._camera.close()
            self._camera = None
