"""Find a residence, as a spreadsheet writes it, among the known areas."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from server_bridge.areas.naming import CODE_WIDTHS, area_key, bare_key, has_marks
from server_bridge.sheets.faults import Fault
from server_bridge.sheets.values import CellError
from server_bridge.store.areas.areas import (
    COMMUNE,
    DISTRICT,
    HAMLET,
    PROVINCE,
    Area,
    ancestor_lines,
    local_id,
)


@dataclass(frozen=True, slots=True)
class Residence:
    """Names or official codes, the widest area first; None where nothing is given."""

    province: str | None = None
    district: str | None = None
    commune: str | None = None
    hamlet: str | None = None


class NotFoundError(CellError):
    """A residence means no area, or several. `level`: the part of it that is to blame."""

    def __init__(self, level: str, fault: Fault, value: str) -> None:
        super().__init__(fault, value)
        self.level = level


class Atlas:
    """Areas by code and name. Those of former days lead to what they have become on `day`.

    `added`: hamlets in which somebody lives and which no list has named before; we give them an id.
    """

    def __init__(self, areas: Mapping[str, Area], day: date) -> None:
        self.added: list[Area] = []
        self._areas = dict(areas)
        self._day = day
        self._lines = ancestor_lines(self._areas)
        self._by_code: dict[tuple[str, str], list[Area]] = {}
        self._by_name: dict[tuple[str, object], list[Area]] = {}
        self._by_bare: dict[tuple[str, str], list[Area]] = {}
        self._hamlets: dict[str, list[Area]] = {}
        self._found: dict[Residence, str | NotFoundError | None] = {}
        for area in areas.values():
            if area.code:
                self._by_code.setdefault((area.level, area.code), []).append(area)
            if area.level == HAMLET:
                self._hamlets.setdefault(self.today(area).area_id, []).append(area)
            else:
                name, bare = area_key(area.level, area.name), bare_key(area.level, area.name)
                self._by_name.setdefault((area.level, name), []).append(area)
                self._by_bare.setdefault((area.level, bare), []).append(area)

    def locate(self, residence: Residence) -> str | None:
        """Return the narrowest area given; None if none is. Raises NotFoundError."""
        if residence not in self._found:
            try:
                self._found[residence] = self._locate(residence)
            except NotFoundError as error:
                self._found[residence] = error
        found = self._found[residence]
        if isinstance(found, NotFoundError):
            raise found
        return found

    def today(self, area: Area) -> Area:
        """Return what an area has become; for a hamlet, the commune in which it lies now."""
        if area.level == HAMLET and area.parent_id:
            area = self._areas[area.parent_id]
        seen: set[str] = set()
        while not area.holds_on(self._day) and area.successor_id and area.area_id not in seen:
            seen.add(area.area_id)
            area = self._areas[area.successor_id]
        return area

    def _locate(self, residence: Residence) -> str | None:
        provinces = self._named(PROVINCE, residence.province)
        districts = self._named(DISTRICT, residence.district)
        if residence.commune is None:
            if residence.hamlet is not None:
                raise NotFoundError(HAMLET, Fault.HAMLET_ALONE, residence.hamlet)
            within = self._within(districts, provinces) if districts else provinces
            level = DISTRICT if districts else PROVINCE
            told = residence.district if districts else residence.province
            return self._one(level, within, told or "") if within else None
        within = self._within(self._named(COMMUNE, residence.commune), provinces)
        of_district = self._within(within, districts)
        if residence.district is not None:  # since 2025 there are communes without a district
            within = of_district or [area for area in within if not self._has_district(area)]
        if not within:
            raise NotFoundError(COMMUNE, Fault.UNKNOWN_AREA, residence.commune)
        commune_id = self._one(COMMUNE, within, residence.commune)
        if residence.hamlet is None:
            return commune_id
        return self._hamlet(commune_id, {area.area_id for area in within}, residence.hamlet)

    def _named(self, level: str, told: str | None) -> list[Area]:
        """Return every area, of any time, that a name or code can mean. Raises NotFoundError."""
        if told is None:
            return []
        if told.isdecimal() and len(told) == CODE_WIDTHS[level]:
            found = self._by_code.get((level, told), [])
        else:
            found = self._by_name.get((level, area_key(level, told)), [])
            if not found and not has_marks(told):
                found = self._by_bare.get((level, bare_key(level, told)), [])
            if not found and told.isdecimal():  # Quận 3 is found before the code 003
                found = self._by_code.get((level, told.zfill(CODE_WIDTHS[level])), [])
        if not found and level != DISTRICT:  # lists of today's areas have no districts
            raise NotFoundError(level, Fault.UNKNOWN_AREA, told)
        return found

    def _within(self, inner: Iterable[Area], outer: Iterable[Area]) -> list[Area]:
        """Return those in one of the outer areas, then or now; all, if there are no outer ones."""
        ids = {area.area_id for area in outer} | {self.today(area).area_id for area in outer}
        return [area for area in inner if not ids or ids & self._above(area)]

    def _above(self, area: Area) -> set[str]:
        above = set(self._lines[area.area_id])
        for former in list(above):
            while former is not None and (parent := self._areas[former].parent_id) is not None:
                above.add(parent)
                former = parent
        return above

    def _has_district(self, area: Area) -> bool:
        return any(self._areas[area_id].level == DISTRICT for area_id in self._above(area))

    def _one(self, level: str, found: Iterable[Area], told: str) -> str:
        """Return the one area that is meant today. Raises NotFoundError if there are several."""
        existing = {area.area_id for area in found if area.holds_on(self._day)}
        became = existing or {self.today(area).area_id for area in found}
        if len(became) != 1:
            raise NotFoundError(level, Fault.UNSURE_AREA, told)
        return became.pop()

    def _hamlet(self, commune_id: str, meant: set[str], told: str) -> str:
        here = self._hamlets.get(commune_id, [])
        named = [area for area in here if area_key(HAMLET, area.name) == area_key(HAMLET, told)]
        direct = [area for area in named if area.parent_id == commune_id]
        former = [area for area in named if area.parent_id in meant]
        best = direct or former or named
        if not best and not has_marks(told):
            best = [area for area in here if bare_key(HAMLET, area.name) == bare_key(HAMLET, told)]
        if len(best) > 1:
            raise NotFoundError(HAMLET, Fault.UNSURE_AREA, told)
        if not best:
            hamlet_id = local_id(HAMLET, commune_id, self._areas)
            code = hamlet_id.partition("-")[2]
            best = [Area(hamlet_id, code, told, HAMLET, commune_id)]
            self._areas[hamlet_id] = best[0]
            self._hamlets.setdefault(commune_id, []).append(best[0])
            self.added.append(best[0])
        return best[0].area_id
