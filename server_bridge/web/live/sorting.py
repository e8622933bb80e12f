"""In which order the schools are shown, and which: as the page's address says. Pure."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from server_bridge.i18n.phrases import Lang
from server_bridge.store.live import UnitState

MOST_LETTERS = 60


class Sort(StrEnum):
    """The order of the schools. `STATE`: what needs somebody first, then as in the tree."""

    STATE = "state"
    NAME = "name"
    INSIDE = "inside"
    ENTERED = "entered"
    LEFT = "left"
    REFUSED = "refused"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class SchoolOrder:
    """How the schools are asked for."""

    sort: Sort = Sort.STATE
    search: str = ""

    @classmethod
    def asked(cls, query: Mapping[str, str]) -> "SchoolOrder":
        """As an address asks; what it does not know, it leaves out."""
        sort = query.get("sort", "")
        known = Sort(sort) if sort in set(Sort) else Sort.STATE
        return cls(known, " ".join(query.get("q", "")[:MOST_LETTERS].split()))

    @property
    def is_plain(self) -> bool:
        """Whether it is all schools in the usual order."""
        return self == SchoolOrder()

    def query(self, lang: Lang) -> str:
        """The same as a part of an address."""
        return urlencode({"lang": lang, "sort": self.sort, "q": self.search})


def sort_schools(
    ids: Sequence[str], units: Mapping[str, UnitState], arrangement: SchoolOrder
) -> tuple[str, ...]:
    """Of these units, in their usual order, the ones that are asked for, as asked for."""
    wanted = plain(arrangement.search)
    found = [unit_id for unit_id in ids if wanted in _searched(units[unit_id], units)]
    if arrangement.sort == Sort.NAME:
        found.sort(key=lambda unit_id: (plain(units[unit_id].name), units[unit_id].name))
    elif arrangement.sort != Sort.STATE:
        found.sort(key=lambda unit_id: -_figure(units[unit_id], arrangement.sort))
    return tuple(found)


def plain(text: str) -> str:
    """Without case, tones and marks, as people search: `Phụng Công` is found by `phung cong`."""
    marks = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in marks if not unicodedata.combining(letter))


def _searched(unit: UnitState, units: Mapping[str, UnitState]) -> str:
    above = units.get(unit.parent_id or "")
    return plain(f"{unit.name} {above.name if above else ''} {unit.unit_id}")


def _figure(unit: UnitState, sort: Sort) -> int:
    if sort == Sort.LAST:
        return unit.last_seen_ms or 0
    return {
        Sort.INSIDE: unit.inside,
        Sort.ENTERED: unit.entered,
        Sort.LEFT: unit.left,
        Sort.REFUSED: unit.refused,
    }[sort]
