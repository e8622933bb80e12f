"""gate-scan at a gate without identity: looks for a ticket and says how it fares. No network here;
gate-enrol does the asking."""

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
"""Dark between what still holds and the same again: longer than any darkness within a pattern, so
that whoever counts knows where it began."""


class TicketPrompt:
    """`see` takes the codes of a frame. What is said comes out of `say`."""

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
        """Codes that are in view now."""
        for code in codes:
            if is_ticket(code):
                self._see_ticket(code)
            elif code.startswith(PIN_PREFIX):
                self._see_pin(code)

    def hear(self, progress: EnrolmentProgress | None) -> None:
        """What gate-enrol tells."""
        if progress is None:
            return
        ours = self._offered.digest if self._offered else None
        if ours is None or progress.digest == ours:
            self._turn(progress.notice)

    def say(self, up_ms: int) -> SetupNotice | None:
        """What is to be signalled now, if anything: news at once, everything else now and then."""
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
        """Hand the ticket on once its secrets open: what is handed on is good but for the desk."""
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
    """How long a notice is played."""
    return sum(step.ms for step in NOTICE_PATTERNS[notice])
