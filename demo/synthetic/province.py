"""Make the areas and schools of a synthetic province.

Its codes look like official ones, and none of them was ever assigned: province 97, districts 971
and on, communes 97001 and on. It changed as every province did on 2025-07-01: the districts ended,
and three communes each became one.
"""

from dataclasses import dataclass
from datetime import date
from random import Random

from demo.synthetic import names

MERGED = date(2025, 7, 1)
CODE = "97"
NAME = "Tỉnh Sông Thao"
UNIT_ID = "tinh-song-thao"
_OLD_PER_NEW = 3
_NEW_PER_DISTRICT = 8

KINDS = (("th", "Tiểu học", 1, 5), ("thcs", "THCS", 6, 9), ("thpt", "THPT", 10, 12))
"""Kinds of schools: id, name, first and last grade."""


@dataclass(frozen=True, slots=True)
class AreaRow:
    """A row of the list of areas, as `gate-bridge area import` reads it."""

    level: str
    code: str
    name: str
    parent: str = ""
    parent_level: str = ""
    from_day: date | None = None
    until_day: date | None = None
    successor: str = ""


@dataclass(frozen=True, slots=True)
class SyntheticSchool:
    """A school, its grades, and the communes (by number) whose children go there."""

    number: int
    unit_id: str
    name: str
    commune: int
    first_grade: int
    last_grade: int


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune of today, with its hamlets and the communes that it was made of."""

    code: str
    name: str
    unit_id: str
    hamlets: tuple[str, ...]
    former: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Province:
    """Everything but the people."""

    seed: int
    areas: list[AreaRow]
    communes: list[Commune]
    schools: list[SyntheticSchool]

    def units(self) -> list[tuple[str, str, str, str]]:
        """Return the rows of the list of units: id, name, level, parent."""
        rows = [(UNIT_ID, NAME, "province", "")]
        used = sorted({school.commune for school in self.schools})
        for number in used:
            commune = self.communes[number]
            rows.append((commune.unit_id, commune.name, "commune", UNIT_ID))
        for school in self.schools:
            above = self.communes[school.commune].unit_id
            rows.append((school.unit_id, school.name, "school", above))
        return rows


def make_province(seed: int = 1, *, schools: int = 600, communes: int | None = None) -> Province:
    """Return a province with `schools` schools; by default a commune for every six of them."""
    chance = Random(seed)
    number = communes or max(2, schools // 6)
    called = names.places(chance, number * (_OLD_PER_NEW + 1))
    areas = [
        AreaRow("province", CODE, NAME, until_day=MERGED, successor=CODE),
        AreaRow("province", CODE, NAME, from_day=MERGED),
    ]
    for district in range(-(-number // _NEW_PER_DISTRICT)):
        name = f"Huyện {called[district]}"
        areas.append(AreaRow("district", str(971 + district), name, CODE, until_day=MERGED))
    made = []
    for index in range(number):
        olds = called[number + index * _OLD_PER_NEW :][:_OLD_PER_NEW]
        new_code = f"97{1 + index * _OLD_PER_NEW:03}"  # the first part's code is assigned again
        district_code = str(971 + index // _NEW_PER_DISTRICT)
        name = f"Xã {called[index]}"
        areas.append(AreaRow("commune", new_code, name, CODE, "province", MERGED))
        for part, old in enumerate(olds):
            code = f"97{1 + index * _OLD_PER_NEW + part:03}"
            areas.append(
                AreaRow(
                    "commune", code, f"Xã {old}", district_code, "district", None, MERGED, new_code
                )
            )
        hamlets = tuple(names.hamlets(chance, chance.randint(8, 16)))
        areas += [
            AreaRow("hamlet", "", hamlet, new_code, "commune", from_day=MERGED)
            for hamlet in hamlets
        ]
        made.append(Commune(new_code, name, f"xa-{new_code}", hamlets, tuple(olds)))
    return Province(seed, areas, made, [_school(index, made) for index in range(schools)])


def _school(index: int, communes: list[Commune]) -> SyntheticSchool:
    commune = index % len(communes)
    lap = index // len(communes)
    prefix, kind, first, last = KINDS[(lap + 1) % len(KINDS)]  # the first one is a THCS
    place = communes[commune].name.removeprefix("Xã ")
    again = lap // len(KINDS)
    name = f"Trường {kind} {place}{f' {again + 1}' if again else ''}"
    return SyntheticSchool(index, f"{prefix}-{index + 1:03}", name, commune, first, last)
