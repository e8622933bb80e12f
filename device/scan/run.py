"""Assemble gate-scan from its configuration, and run it."""

import sys
from collections.abc import Callable

import structlog

from device import status_files
from device.clock import SystemClock
from device.config import Config
from device.ledger.verified_open import LedgerOpener
from device.orders.settings_watch import SettingsWatch
from device.scan.camera_recovery import RecoveryStep
from device.scan.claims import Visitors
from device.scan.decode.process import DecoderProcess
from device.scan.frames import CameraError, FrameSource
from device.scan.gatekeeper import Gatekeeper
from device.scan.loop import ScanLoop
from device.scan.recovery_state import RecoveryState
from device.scan.roster_reader import RosterReader
from device.scan.self_test import SelfTest
from device.scan.signals import (
    Announcer,
    PatternSignaller,
    SignalError,
    Signaller,
    SilentSignaller,
    TerminalSignaller,
)
from device.scan.verdict import Policy
from device.selftest.findings import Finding, findings
from device.selftest.storage import try_storage
from device.status_files import ScanStatus, read_uplink
from device.supervise import Supervisor
from device.timekeeping import ClockReading
from gate_contract.health import ScanHealth

log = structlog.get_logger()


def run(config: Config, supervisor: Supervisor) -> None:
    """Scan until stopped."""
    with decoder(config) as reader:
        _run(config, supervisor, reader)


def _run(config: Config, supervisor: Supervisor, reader: DecoderProcess) -> None:
    recovery = RecoveryState(config.scan_status_path.parent, config.ledger_path.parent)
    signals, clock = signaller(config), SystemClock(battery=config.clock.battery)
    loop = build(config, supervisor, reader, signals)
    test = self_test(config, loop, clock)
    watch = SettingsWatch(config.ledger_path.parent)
    supervisor.ready()
    log.info("scanning", gate_id=config.gate.id, camera=config.camera.source)
    try:
        while not supervisor.stopping.is_set():
            loop.step()
            _recover_camera(loop, recovery)
            reading = clock.read()
            if notices := test.step(reading):
                signals.notify(notices)
            if watch.changed(reading):
                log.info("settings have changed: restarting")
                break
    finally:
        supervisor.stopped()
        loop.close()


def _recover_camera(loop: ScanLoop, recovery: RecoveryState) -> None:
    """Raise CameraError if only a new process, or a reboot, can bring the camera back."""
    if loop.frames:
        recovery.reset()
    blind_ms, failures = loop.outage()
    step = recovery.next_step(blind_ms, failures)
    if step is not RecoveryStep.REOPEN:
        raise CameraError(f"no frame for {blind_ms // 1000} s: {step}. Check the camera's cable.")


def build(
    config: Config,
    supervisor: Supervisor,
    reader: DecoderProcess,
    signals: Signaller | None = None,
) -> ScanLoop:
    """Return the scan loop with the configured camera and decoder; nothing is opened yet.

    `signals` are those of the configuration unless given.
    """
    return ScanLoop(
        open_source=camera_opener(config),
        decoder=reader,
        keeper=keeper(config),
        signaller=signals or signaller(config),
        clock=SystemClock(battery=config.clock.battery),
        report=_reporter(config, supervisor),
        advising=config.camera.advice,
    )


def self_test(config: Config, loop: ScanLoop, clock: SystemClock) -> SelfTest:
    """Return the self-test that a gate runs after it was switched on. Raises nothing."""
    trial = try_storage(config.ledger_path.parent, lambda: clock.read().up_ms)

    def look(reading: ClockReading) -> tuple[Finding, ...]:
        uplink = read_uplink(config.uplink_status_path, reading.boot_id, reading.up_ms)
        knows = bool(config.order_keys)
        return findings(loop.health(reading), uplink, trial, knows_district=knows)

    return SelfTest(config.scan_status_path.parent, look)


def keeper(config: Config) -> Gatekeeper:
    """Return the gatekeeper on the configured ledger, which it creates if there is none."""
    policy = Policy(config.direction, round(config.gate.repeat_window_s * 1000))
    return Gatekeeper(
        policy,
        config.public_keys,
        config.zone,
        LedgerOpener(config.ledger_path, config.gate.id),
        visitors(config),
        RosterReader(config.ledger_path.parent, config.gate.id, config.order_keys),
    )


def visitors(config: Config) -> Visitors:
    """Return the accepted ID documents, with the keys that they need."""
    if not config.visitors.accept:
        return Visitors()
    key, seal_to = config.visitor_keys
    return Visitors(frozenset(config.visitors.accept), key, seal_to)


def camera_opener(config: Config) -> Callable[[], FrameSource]:
    """Return a function that opens the configured camera; other cameras are not imported."""
    camera = config.camera

    def open_picamera() -> FrameSource:
        from device.scan.picamera import PicameraSource

        return PicameraSource(
            width=camera.width,
            height=camera.height,
            fps=camera.fps,
            exposure_us=camera.exposure_us,
            rotation=camera.rotation,
        )

    def open_v4l2() -> FrameSource:
        from device.scan.v4l2 import V4l2Source

        return V4l2Source(camera.device, width=camera.width, height=camera.height, fps=camera.fps)

    def open_replay() -> FrameSource:
        from device.scan.replay import ReplaySource

        return ReplaySource(config.path(camera.path), fps=camera.fps, loop=camera.loop)

    openers = {"picamera2": open_picamera, "v4l2": open_v4l2, "replay": open_replay}
    return openers[camera.source]


def decoder(config: Config) -> DecoderProcess:
    """Return the configured decoder, in its own process. Raises DecoderError."""
    keys = {key_id: key.public_bytes_raw() for key_id, key in config.public_keys.items()}
    return DecoderProcess(config.decoder.name, keys)


def signaller(config: Config) -> Announcer:
    """Return the configured light and sound; if they fail, a signaller that does nothing."""
    if config.signals.driver == "terminal":
        return TerminalSignaller(sys.stdout, config.gate.language, config.zone)
    if config.signals.driver == "none":
        return SilentSignaller()
    try:
        from device.scan.gpio import GpioPanel

        return PatternSignaller(GpioPanel(config.signals))
    except SignalError as error:
        log.error("no light, no sound", error=str(error))  # noqa: TRY400
        return SilentSignaller(fault=str(error))


def _reporter(config: Config, supervisor: Supervisor) -> Callable[[ClockReading, ScanHealth], None]:
    def report(reading: ClockReading, health: ScanHealth) -> None:
        # Only a fresh frame and a writable ledger feed the watchdog.
        if health.camera == health.storage == "ok":
            supervisor.alive()
        supervisor.set_status(health.detail or f"scanning, {health.frames} frames")
        status = ScanStatus(boot_id=reading.boot_id, up_ms=reading.up_ms, health=health)
        try:
            status_files.write_file(config.scan_status_path, status)
        except OSError as error:
            log.error("status not written", error=str(error))  # noqa: TRY400

    return report
