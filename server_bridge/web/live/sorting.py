"""Sorting and searching of the schools, as the page's address says. Pure."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from server_bridge.i18n.phrases import Lang
from server_bridge.store.live import UnitState

MAX_SEARCH_LENGTH = 60


class Sort(StrEnum):
    """The order of the schools. `STATE`: the most urgent first, then as in the tree."""

    STATE = "state"
    NAME = "name"
    INSIDE = "inside"
    ENTERED = "entered"
    LEFT = "left"
    REFUSED = "refused"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class SchoolOrder:
    """How to sort the schools, and the text to search for in their names."""

    sort: Sort = Sort.STATE
    search: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "SchoolOrder":
        """Read it from the parameters of an address; ignore unknown values."""
        sort = query.get("sort", "")
        known = Sort(sort) if sort in set(Sort) else Sort.STATE
        return cls(known, " ".join(query.get("q", "")[:MAX_SEARCH_LENGTH].split()))

    @property
    def is_default(self) -> bool:
        """Whether it is all schools in the usual order."""
        return self == SchoolOrder()

    def query(self, lang: Lang) -> str:
        """Return it as the query of an address."""
        return urlencode({"lang": lang, "sort": self.sort, "q": self.search})


def sort_schools(
    ids: Sequence[str], units: Mapping[str, UnitState], order: SchoolOrder
) -> tuple[str, ...]:
    """Return those of the units, given in the usual order, that `order` finds, sorted by it."""
    wanted = search_key(order.search)
    found = [unit_id for unit_id in ids if wanted in _search_text(units[unit_id], units)]
    if order.sort == Sort.NAME:
        found.sort(key=lambda unit_id: (search_key(units[unit_id].name), units[unit_id].name))
    elif order.sort != Sort.STATE:
        found.sort(key=lambda unit_id: -_figure(units[unit_id], order.sort))
    return tuple(found)


def search_key(text: str) -> str:
    """Return `text` without case, tones and marks: `Phụng Công` is found by `phung cong`."""
    marks = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in marks if not unicodedata.combining(letter))


def _search_text(unit: UnitState, units: Mapping[str, UnitState]) -> str:
    above = units.get(unit.parent_id or "")
    return search_key(f"{unit.name} {above.name if above else ''} {unit.unit_id}")


def _figure(unit: UnitState, sort: Sort) -> int:
    if sort == Sort.LAST:
        return unit.last_seen_ms or 0
    return {
        Sort.INSIDE: unit.inside,
        Sort.ENTERED: unit.entered,
        Sort.LEFT: unit.left,
        Sort.REFUSED: unit.refused,
    }[sort]
