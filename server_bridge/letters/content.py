"""The content of an official letter, for all file formats."""

from dataclasses import dataclass

from server_bridge.letters.tables import Table


@dataclass(frozen=True, slots=True)
class LetterContent:
    """The content of a letter.

    `office` is the sender, `above` the office above it, empty if there is none; `period` is the
    name of the period. `indicators` is a table within the letter, `tables` are its annexes, `notes`
    follow the first annex.
    """

    office: str
    above: str
    subject: str
    period: str
    prose: tuple[str, ...]
    signed_by: str
    tables: tuple[Table, ...]
    indicators: Table | None = None
    notes: tuple[str, ...] = ()
