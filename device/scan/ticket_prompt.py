"""Ask for a ticket at a gate without identity, and signal its progress. No network in this module.

gate-enrol sends the request.
"""

from collections.abc import Callable, Sequence

from device.provisioning.handover import EnrolmentProgress, Offer
from gate_contract.notices import NOTICE_PATTERNS, REFUSALS, SetupNotice
from gate_contract.ticket import (
    PIN_PREFIX,
    Ticket,
    TicketError,
    is_ticket,
    open_secrets,
    read_pin,
    verify,
)

PAUSE_MS = 2_000
"""The dark pause before a notice is repeated.

It is longer than any darkness within a pattern, so that people who count know where it began.
"""


class TicketPrompt:
    """Collects ticket and PIN from the codes in view, and decides what to signal."""

    def __init__(self, trusted: bytes | None, offer: Callable[[Offer], None]) -> None:
        self._trusted = trusted
        self._offer = offer
        self._ticket: tuple[str, Ticket] | None = None
        self._pin: str | None = None
        self._offered: Offer | None = None
        self._tried: set[tuple[str, str | None]] = set()
        self._notice = SetupNotice.WAITING
        self._again_up_ms = 0
        self._fresh = True

    def see(self, codes: Sequence[bytes]) -> None:
        """Process the codes that are in view now."""
        for code in codes:
            if is_ticket(code):
                self._see_ticket(code)
            elif code.startswith(PIN_PREFIX):
                self._see_pin(code)

    def update(self, progress: EnrolmentProgress | None) -> None:
        """Process the progress that gate-enrol reports."""
        if progress is None:
            return
        ours = self._offered.digest if self._offered else None
        if ours is None or progress.digest == ours:
            self._turn(progress.notice)

    def next_notice(self, up_ms: int) -> SetupNotice | None:
        """Return the notice to signal now, if any: a new one at once, then repeated."""
        if not self._fresh and up_ms < self._again_up_ms:
            return None
        self._again_up_ms, self._fresh = up_ms + lasts_ms(self._notice) + PAUSE_MS, False
        return self._notice

    def _see_ticket(self, code: bytes) -> None:
        text = code.decode("ascii", "replace")
        if self._ticket and self._ticket[0] == text:
            return
        if (text, None) in self._tried:
            return
        try:
            ticket, _ = verify(code, self._trusted)
        except TicketError as error:
            self._tried.add((text, None))
            self._turn(REFUSALS[error.refusal])
            return
        self._ticket, self._offered = (text, ticket), None
        self._turn(SetupNotice.PIN_WANTED)
        self._open()

    def _see_pin(self, code: bytes) -> None:
        pin = read_pin(code)
        if pin and pin != self._pin:
            self._pin = pin
            self._open()

    def _open(self) -> None:
        """Offer the ticket once its secrets can be decrypted; only the server checks the rest."""
        if self._ticket is None or self._offered is not None:
            return
        text, ticket = self._ticket
        if ticket.sealed and self._pin is None:
            return
        pin = self._pin if ticket.sealed else None
        try:
            open_secrets(ticket, pin)
        except TicketError as error:
            self._turn(REFUSALS[error.refusal])
            return
        self._offered = Offer(text, pin)
        self._offer(self._offered)
        self._turn(SetupNotice.TAKEN)

    def _turn(self, notice: SetupNotice) -> None:
        if notice is not self._notice:
            self._notice, self._fresh = notice, True


def lasts_ms(notice: SetupNotice) -> int:
    """Return how long a notice is played."""
    return sum(step.ms for step in NOTICE_PATTERNS[notice])
