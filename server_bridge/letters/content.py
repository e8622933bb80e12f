"""What an official letter says, whatever file it is written as."""

from dataclasses import dataclass

from server_bridge.letters.tables import Table


@dataclass(frozen=True, slots=True)
class LetterContent:
    """From `office`, below `above` (`""`: nobody), on a `subject`; `period` as people name it.
    `indicators` stand in the letter, `tables` are its annexes, `notes` follow the first of them."""

    office: str
    above: str
    subject: str
    period: str
    prose: tuple[str, ...]
    signed_by: str
    tables: tuple[Table, ...]
    indicators: Table | None = None
    notes: tuple[str, ...] = ()
