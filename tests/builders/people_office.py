"""Build a school's spreadsheets, import them, and read what they changed."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from gate_contract.card import CardKind
from server_bridge.keys import Keys
from server_bridge.people.importing import Import, ImportOutcome, import_people
from server_bridge.store.areas.areas import Area, add_areas
from server_bridge.store.database import Database
from server_bridge.store.people.people import Member, members
from server_bridge.store.schema.people import imports, people, stays
from tests.builders.intake import NOW_MS
from tests.builders.school import SCHOOL

DAY = date(2026, 9, 5)
HEADER = ("STT", "Mã lớp", "Mã định danh Bộ GD&ĐT", "Họ tên", "Ngày sinh", "Xã", "Thôn")
COMMUNE = Area("commune-97001", "97001", "Xã Tân Tiến", "commune")

Rows = Sequence[Sequence[object]]


def pupil(number: int, name: str | None, group: object = "6A", **other: object) -> list[object]:
    """Return a row of the spreadsheet."""
    row: dict[str, object] = {
        "number": number,
        "group": group,
        "code": f"97000{number:05}",
        "name": name,
        "born": "01/02/2014",
        "commune": "Tân Tiến",
        "hamlet": "Thôn Chùa",
    }
    return [{**row, **other}[field] for field in row]


def delimited(rows: Rows) -> bytes:
    """Return rows as CSV."""
    out = io.StringIO()
    csv.writer(out).writerows(
        [f"{cell:%d/%m/%Y}" if isinstance(cell, date) else cell for cell in row] for row in rows
    )
    return out.getvalue().encode()


@dataclass
class Office:
    """A school's office, which imports one spreadsheet after another."""

    database: Database
    folder: Path
    files: int = field(default=0)

    def __post_init__(self) -> None:
        with self.database.write() as connection:
            add_areas(connection, [COMMUNE])

    def take(self, rows: Rows | bytes, unit_id: str = SCHOOL, **how: object) -> ImportOutcome:
        """Import rows below our usual header (as CSV, the quickest), or the bytes of a file."""
        self.files += 1
        path = self.folder / f"{self.files}.xlsx"
        path.write_bytes(rows if isinstance(rows, bytes) else delimited([HEADER, *rows]))
        usual = {"kind": CardKind.PUPIL, "day": DAY, "today": DAY, "now_ms": NOW_MS}
        task = Import(path, unit_id, **{**usual, **how})  # type: ignore[arg-type]  # by name
        return import_people(self.database, task)

    def refusals(self, rows: Rows | bytes) -> list[str]:
        """Return cell and fault of each refusal; check that the database did not change."""
        before = self.everything()
        outcome = self.take(rows)
        assert not outcome.done
        assert self.everything() == before
        return [f"{refusal.place} {refusal.fault}" for refusal in outcome.plan.refusals]

    def members(self, unit_id: str = SCHOOL, day: date = DAY) -> dict[str, Member]:
        """Return the members by name."""
        with self.database.read() as connection:
            return {one.who.name: one for one in members(connection, [unit_id], day)}

    def everything(self) -> list[object]:
        """Return all rows that an import may write."""
        with self.database.read() as connection:
            return [
                sorted(map(repr, connection.execute(sa.select(table))))
                for table in (people, stays, imports)
            ]

    def keys(self) -> Keys:
        """Return the keys that its cards are signed with."""
        keys = Keys(self.folder / "keys", first_card=1, orders=1)
        keys.make_card_key()
        return keys
