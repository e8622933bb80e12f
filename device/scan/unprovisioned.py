"""gate-scan without `gate.toml`: camera and signals for whoever shows a ticket."""

from pathlib import Path

import structlog

from device.clock import SystemClock
from device.config import Config
from device.provisioning.handover import (
    MODE,
    OFFER_NAME,
    PROGRESS_NAME,
    EnrolmentProgress,
    Offer,
)
from device.provisioning.hardware import district_key, nobodys_config, read_hardware
from device.scan.decode import Decoder
from device.scan.frames import CameraError, FrameSource
from device.scan.run import camera_opener, decoder, signaller
from device.scan.ticket_prompt import TicketPrompt, lasts_ms
from device.status_files import read_file, write_file
from device.supervise import Supervisor
from gate_contract.notices import SetupNotice

READ_S = 0.5
REOPEN_S = 5.0

log = structlog.get_logger()


def run(etc: Path, boot: Path, supervisor: Supervisor) -> None:
    """Run until `gate.toml` exists, or stopped. Raises ConfigError, DecoderError."""
    config = nobodys_config(read_hardware(boot), etc)
    offered = config.path(config.gate.run_dir) / OFFER_NAME
    prompt = TicketPrompt(district_key(boot), lambda offer: _hand_over(offered, offer))
    with decoder(config) as reader:
        signals, camera, clock = signaller(config), None, SystemClock()
        supervisor.ready()
        log.info("no gate.toml: waiting for a ticket")
        try:
            while not supervisor.stopping.is_set() and not (etc / "gate.toml").exists():
                camera = camera or _open(config, supervisor)
                try:
                    codes = _look(camera, reader) if camera else None
                except CameraError as error:
                    log.error("camera failed", error=str(error))  # noqa: TRY400
                    if camera:
                        camera.close()
                    codes = camera = None
                if codes is not None:
                    supervisor.alive()
                    prompt.see(codes)
                prompt.update(
                    read_file(config.ledger_path.parent / PROGRESS_NAME, EnrolmentProgress)
                )
                notice = prompt.next_notice(clock.read().up_ms)
                if notice is not None:
                    signals.notify([notice])
            if (etc / "gate.toml").exists():
                signals.notify([SetupNotice.ENROLLED])
                supervisor.stopping.wait(lasts_ms(SetupNotice.ENROLLED) / 1000)
        finally:
            supervisor.stopped()
            if camera:
                camera.close()
            signals.close()
            offered.unlink(missing_ok=True)


def _hand_over(path: Path, offer: Offer) -> None:
    write_file(path, offer, MODE)
    log.info("ticket handed over", ticket=offer.digest)


def _look(camera: FrameSource, reader: Decoder) -> list[bytes] | None:
    """Return the codes in the next frame, None if none came. Raises CameraError.

    The frame is released before this returns: the camera needs its memory at the next read.
    """
    frame = camera.read(READ_S)
    return None if frame is None else [code.data for code in reader.decode(frame.image)]


def _open(config: Config, supervisor: Supervisor) -> FrameSource | None:
    try:
        return camera_opener(config)()
    except Exception as error:  # CameraError, or whatever a camera's library raises
        log.error("camera failed", error=str(error))  # noqa: TRY400
        supervisor.stopping.wait(REOPEN_S)
        return None
