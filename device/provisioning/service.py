"""gate-enrol: wait for a ticket, from gate-scan or from the boot partition, and enrol with it."""

from pathlib import Path

import structlog

from device.config import Config
from device.provisioning import enrolment_client
from device.provisioning.enrolment import Ask, enrol, read_ticket
from device.provisioning.enrolment_client import NoDeskError, NoNetworkError
from device.provisioning.handover import (
    MODE,
    OFFER_NAME,
    PROGRESS_NAME,
    EnrolmentProgress,
    Offer,
    offered_on_boot,
)
from device.provisioning.hardware import district_key, nobodys_config, read_hardware
from device.status_files import read_file, write_file
from device.supervise import Supervisor
from gate_contract.notices import REFUSALS, SetupNotice
from gate_contract.ticket import TicketError

LOOK_S = 1.0
AGAIN_S = (2.0, 5.0, 10.0, 20.0)
"""Pauses before the next request, the last one from then on: a network may start slowly."""

log = structlog.get_logger()


class Enroller:
    """Tries the offered tickets. `pause_s` is the time to wait before the next `step`."""

    def __init__(self, etc: Path, boot: Path, ask: Ask = enrolment_client.ask) -> None:
        self._etc = etc
        self._boot = boot
        self._ask = ask
        self._hardware = read_hardware(boot)
        self.config: Config = nobodys_config(self._hardware, etc)
        self._refused: set[str] = set()
        self._failures = 0
        self.pause_s = LOOK_S
        (self.config.ledger_path.parent / PROGRESS_NAME).unlink(missing_ok=True)

    def step(self) -> bool:
        """Try once, if there is an offer; return whether the gate has its identity now."""
        if (self._etc / "gate.toml").exists():
            return True
        offer = self._offer()
        self.pause_s = LOOK_S
        if offer is None:
            return False
        notice, detail = self._try(offer)
        log.info("enrolment", notice=notice, detail=detail)
        progress = EnrolmentProgress(offer.digest, notice, detail[:300])
        write_file(self.config.ledger_path.parent / PROGRESS_NAME, progress, MODE)
        if notice is SetupNotice.ENROLLED:
            return True
        if progress.is_final:
            self._refused.add(offer.digest)
        else:
            self.pause_s = AGAIN_S[min(self._failures, len(AGAIN_S) - 1)]
            self._failures += 1
        return False

    def _offer(self) -> Offer | None:
        """Return the offer to try: a scanned ticket comes before one on the boot partition."""
        scanned = read_file(self.config.path(self.config.gate.run_dir) / OFFER_NAME, Offer)
        for offer in (scanned, offered_on_boot(self._boot)):
            if offer is not None and offer.digest not in self._refused:
                return offer
        return None

    def _try(self, offer: Offer) -> tuple[SetupNotice, str]:
        state = self.config.ledger_path.parent
        try:
            ticket = read_ticket(offer.text, offer.pin, district_key(self._boot))
            if not self._failures:
                write_file(
                    state / PROGRESS_NAME,
                    EnrolmentProgress(offer.digest, SetupNotice.WORKING),
                    MODE,
                )
            gate_id = enrol(self._etc, state, ticket, self._ask, self._hardware)
        except TicketError as error:
            return REFUSALS[error.refusal], str(error)
        except NoNetworkError as error:
            return SetupNotice.NO_NETWORK, str(error)
        except NoDeskError as error:
            return SetupNotice.NO_DESK, str(error)
        return SetupNotice.ENROLLED, gate_id


def run(etc: Path, boot: Path, supervisor: Supervisor) -> None:
    """Run until the gate has an identity, or is stopped. Raises ConfigError, OSError."""
    enroller = Enroller(etc, boot)
    supervisor.ready()
    log.info("waiting for a ticket")
    while not supervisor.stopping.is_set():
        supervisor.alive()
        if enroller.step():
            break
        supervisor.stopping.wait(enroller.pause_s)
    supervisor.stopped()
