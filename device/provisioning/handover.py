"""Between gate-scan, which sees a ticket and has no network, and gate-enrol, which has no camera.

gate-scan puts the ticket, with its PIN, into a file in memory; gate-enrol tells how it fares in a
small file beside the ledger. Both are replaced as a whole.
"""

from hashlib import sha256
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from gate_contract.notices import SetupNotice
from gate_contract.ticket import MAX_TEXT

OFFER_NAME = "ticket.json"
PROGRESS_NAME = "enrolment.json"
PIN_FILE = "pin.txt"

MODE = 0o640
"""The other service reads the files through the group."""


class Offer(Struct, frozen=True):
    """A ticket to enrol with."""

    text: Annotated[str, Meta(max_length=MAX_TEXT)]
    pin: Annotated[str, Meta(max_length=20)] | None = None

    @property
    def digest(self) -> str:
        """Names it without telling it."""
        return sha256(f"{self.text.strip()}\n{self.pin or ''}".encode()).hexdigest()[:16]


class EnrolmentProgress(Struct, frozen=True):
    """How the offer with this digest fares; `detail` in words, for the log."""

    digest: str
    notice: SetupNotice
    detail: str = ""

    @property
    def is_final(self) -> bool:
        """The same offer would be refused again."""
        return self.notice not in (SetupNotice.WORKING, SetupNotice.NO_NETWORK, SetupNotice.NO_DESK)


def offered_on_boot(boot: Path) -> Offer | None:
    """The ticket that somebody has put on the boot partition: the one `*.ticket` there, and the PIN
    in `pin.txt` beside it. None if there is none, or more than one."""
    try:
        found = sorted(boot.glob("*.ticket"))
        if len(found) != 1:
            return None
        text = found[0].read_bytes()[: MAX_TEXT + 1].decode("ascii", "replace").strip()
    except OSError:
        return None
    try:
        pin = (boot / PIN_FILE).read_text("utf-8-sig", "replace").strip()[:20]
    except OSError:
        pin = None
    return Offer(text[:MAX_TEXT], pin)
