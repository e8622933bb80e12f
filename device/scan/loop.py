"""The main loop of gate-scan: read a frame, decode, decide, signal, and report health."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Protocol

import structlog

from device.clock import ClockReader
from device.scan.advice import NO_ADVICE, Advice
from device.scan.decode import Code, Decoder
from device.scan.decode.process import Mishaps
from device.scan.frames import CameraError, Frame, FrameSource, Grey, contrast
from device.scan.gatekeeper import Gatekeeper
from device.scan.signals import Signaller
from device.timekeeping import ClockReading
from gate_contract.health import ScanHealth

READ_TIMEOUT_S = 0.5
FRESH_MS = 3_000
"""A camera without a frame for this long is not working."""
STALLED_MS = 10_000
"""After this long without a frame the camera is closed and opened again."""
REOPEN_MS = (1_000, 2_000, 5_000, 10_000)
"""Pauses before a failed camera is opened again, the last one from then on."""
REPORT_MS = 2_000
TEND_MS = 250

log = structlog.get_logger()


@dataclass(slots=True)
class CameraState:
    """The camera: an open source or None, and its last fault.

    `last_frame_up_ms` is also set when a source is opened, because its first frame takes time.
    """

    source: FrameSource | None = None
    failures: int = 0
    retry_up_ms: int = 0
    frames: int = 0
    last_frame_up_ms: int | None = None
    last_real_up_ms: int | None = None
    advice: Advice = NO_ADVICE
    fault: str | None = "not opened yet"
    contrast: int | None = None
    measured_up_ms: int = 0


class CountedDecoder(Decoder, Protocol):
    """A decoder that counts its failures and gives advice to the camera."""

    mishaps: Mishaps
    advice: Advice

    def set_keys(self, keys: Mapping[int, bytes]) -> None:
        """Set the public keys that identify genuine cards: key_id to 32 raw bytes."""
        ...


def rosters_of(health: ScanHealth) -> tuple[object, ...]:
    """Return the fields of a health that are about rosters."""
    return health.roster_version, health.district_roster_version, health.roster_fault


class ScanLoop:
    """One `step` is at most one frame. Failures are reported in `health`; the loop goes on."""

    def __init__(
        self,
        open_source: Callable[[], FrameSource],
        decoder: CountedDecoder,
        keeper: Gatekeeper,
        signaller: Signaller,
        clock: ClockReader,
        report: Callable[[ClockReading, ScanHealth], None],
        sleep: Callable[[float], object] = time.sleep,
        advising: bool = True,
    ) -> None:
        self._open_source = open_source
        self._decoder = decoder
        self._keeper = keeper
        self._signaller = signaller
        self._clock = clock
        self._report = report
        self._sleep = sleep
        self._advising = advising
        self._camera = CameraState()
        self._decoder_fault: str | None = None
        self._mishaps = 0
        self._tended_up_ms = -TEND_MS
        self._reported: tuple[int, ScanHealth] | None = None
        self._began_up_ms = clock.read().up_ms

    def step(self) -> None:
        """Wait for a frame for up to half a second, answer its codes, and do the periodic work."""
        frame = self._read_frame()
        reading = self._clock.read()
        if frame is not None:
            self._measure(frame.image, reading)
            codes = self._decode(frame.image)
            answers = self._keeper.see([code.data for code in codes], frame.captured_up_ms, reading)
            if answers:
                self._signaller.give(answers)
                # The level is shown, but never logged.
                log.info("answered", verdicts=[answer.verdict for answer in answers])
            frame = None  # the camera frees its memory when the picture size changes
            if self._advising:
                self._advise(self._decoder.advice)
        if reading.up_ms - self._tended_up_ms >= TEND_MS:
            self._tended_up_ms = reading.up_ms
            self._keeper.tend(reading)
            keys = self._keeper.card_keys.items()
            self._decoder.set_keys({key_id: key.public_bytes_raw() for key_id, key in keys})
        self._report_health(reading)

    def health(self, reading: ClockReading) -> ScanHealth:
        """Return the state of gate-scan."""
        camera, last = self._camera, self._camera.last_frame_up_ms
        rosters = self._keeper.rosters.state
        age_ms = None if last is None else max(0, reading.up_ms - last)
        ended = camera.source is not None and camera.source.ended
        seeing = ended or (age_ms is not None and age_ms <= FRESH_MS)
        silent = None if seeing or camera.fault else "no frame from the camera"
        faults = [
            camera.fault,
            silent,
            self._decoder_fault,
            self._keeper.storage_fault,
            self._signaller.fault,
        ]
        return ScanHealth(
            camera="ok" if seeing and not camera.fault else "failed",
            storage="failed" if self._keeper.storage_fault else "ok",
            signals="failed" if self._signaller.fault else "ok",
            clock_trusted=self._keeper.clock_trusted,
            frames=camera.frames,
            frame_age_ms=age_ms,
            decoder_mishaps=self._decoder.mishaps.total,
            source_ended=ended,
            detail=" | ".join(fault for fault in faults if fault)[:500],
            roster_version=rosters.version,
            district_roster_version=rosters.district_version,
            roster_fault=rosters.fault,
            contrast=camera.contrast,
        )

    @property
    def frames(self) -> int:
        """The number of frames since this process started."""
        return self._camera.frames

    def outage(self) -> tuple[int, int]:
        """Return the time without a frame in ms, and the number of camera failures since."""
        camera = self._camera
        if camera.source is not None and camera.source.ended:
            return 0, 0
        last = camera.last_real_up_ms or self._began_up_ms
        return self._clock.read().up_ms - last, camera.failures

    def close(self) -> None:
        """Release camera, light and ledger, after a last report."""
        reading = self._clock.read()
        self._keeper.tend(reading, sum_up=True)
        self._report(reading, self.health(reading))
        self._close_camera()
        self._signaller.close()
        self._keeper.close()

    def _read_frame(self) -> Frame | None:
        camera = self._camera
        try:
            if camera.source is None:
                if self._clock.read().up_ms < camera.retry_up_ms:
                    self._sleep(READ_TIMEOUT_S)
                    return None
                camera.source = self._open_source()
                camera.advice = NO_ADVICE
                camera.last_frame_up_ms = self._clock.read().up_ms
            frame = camera.source.read(READ_TIMEOUT_S)
            if frame is None and not camera.source.ended:
                self._expect_a_frame(camera)
        except Exception as error:  # CameraError, or whatever a camera's library raises
            self._camera_failed(error)
            return None
        if frame is not None:
            camera.frames += 1
            camera.last_frame_up_ms = camera.last_real_up_ms = self._clock.read().up_ms
            camera.failures = 0
            camera.fault = None
        return frame

    def _expect_a_frame(self, camera: CameraState) -> None:
        last = camera.last_frame_up_ms
        if last is not None and self._clock.read().up_ms - last > STALLED_MS:
            raise CameraError(f"no frame for {STALLED_MS // 1000} s: the camera is opened again")

    def _camera_failed(self, error: Exception) -> None:
        camera = self._camera
        message = str(error) if isinstance(error, CameraError) else f"the camera failed: {error!r}"
        if camera.fault != message:
            log.error("camera failed", error=message)
        camera.fault = message
        pause_ms = REOPEN_MS[min(camera.failures, len(REOPEN_MS) - 1)]
        camera.failures += 1
        camera.retry_up_ms = self._clock.read().up_ms + pause_ms
        self._close_camera()

    def _close_camera(self) -> None:
        source, self._camera.source = self._camera.source, None
        try:
            if source:
                source.close()
        except Exception:  # it is discarded anyway
            log.exception("camera not closed")

    def _measure(self, image: Grey, reading: ClockReading) -> None:
        camera = self._camera
        if camera.contrast is None or reading.up_ms - camera.measured_up_ms >= REPORT_MS:
            camera.measured_up_ms, camera.contrast = reading.up_ms, contrast(image)

    def _decode(self, image: Grey) -> list[Code]:
        try:
            codes = self._decoder.decode(image)
        except Exception as error:  # images may be hostile; the gate goes on
            if self._decoder_fault is None:
                log.exception("decoder failed")
            self._decoder_fault = f"the decoder failed: {error!r}"
            return []
        self._decoder_fault = None
        mishaps = self._decoder.mishaps.total
        if mishaps != self._mishaps:
            self._mishaps = mishaps
            log.warning("decoder restarted", mishaps=mishaps)
        return codes

    def _advise(self, advice: Advice) -> None:
        camera = self._camera
        if camera.source is None or advice == camera.advice:
            return
        try:
            taken = camera.source.advise(advice)
        except Exception as error:  # as for a frame
            self._camera_failed(error)
            return
        camera.advice = advice
        log.info("camera advised", advice=asdict(advice), taken=asdict(taken))

    def _report_health(self, reading: ClockReading) -> None:
        health = self.health(reading)
        if self._reported:
            at_up_ms, message = self._reported
            if message.detail != health.detail:
                log.info("health", detail=health.detail or "ok")
            elif reading.up_ms - at_up_ms < REPORT_MS and rosters_of(message) == rosters_of(health):
                return
        self._reported = (reading.up_ms, health)
        self._report(reading, health)
