"""Files between gate-scan, which reads tickets without network, and gate-enrol, without camera.

gate-scan writes the ticket, with its PIN, into a file in memory; gate-enrol writes its progress
into a small file beside the ledger.
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
        """An identifier that does not reveal the ticket."""
        return sha256(f"{self.text.strip()}\n{self.pin or ''}".encode()).hexdigest()[:16]


class EnrolmentProgress(Struct, frozen=True):
    """The progress of the offer with this digest; `detail` is for the log."""

    digest: str
    notice: SetupNotice
    detail: str = ""

    @property
    def is_final(self) -> bool:
        """Whether the same offer would be refused again."""
        return self.notice not in (SetupNotice.WORKING, SetupNotice.NO_NETWORK, SetupNotice.NO_DESK)


def offered_on_boot(boot: Path) -> Offer | None:
    """Return the ticket on the boot partition: its only `*.ticket`, and the PIN in `pin.txt`.

    None if there is no ticket, or more than one.
    """
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
