"""Fill a district with people: where they live, where they learn, and their moves.

Synthetic: names are put together from common Vietnamese parts, codes count up.
"""

import random
from dataclasses import dataclass, field
from datetime import date
from itertools import count

import sqlalchemy as sa

from gate_contract.card import CardKind
from server_bridge.store.database import Database
from server_bridge.store.people.people import Person, Placement, add_person, move_person
from server_bridge.store.schema.people import areas, people, stays
from server_bridge.store.units.tree import Unit, add_unit
from tests.builders.school import SCHOOL
from tests.fakes.clock import MORNING_MS

START = date(2026, 9, 1)
PROVINCE_AREA, DISTRICT_AREA = "p62", "d610"
COMMUNE_AREA, OTHER_COMMUNE_AREA = "c23293", "c23294"
HAMLET, OTHER_HAMLET, FAR_HAMLET = "h1", "h2", "h3"
_FAMILY = ["Nguyễn", "Trần", "Lê", "Phạm", "Đỗ", "Bùi", "Y", "A"]
_MIDDLE = ["Văn", "Thị", "Đức", "Ngọc", "Minh"]
_GIVEN = ["An", "Ánh", "Ân", "Bình", "Dũng", "Đông", "Hằng", "Ước", "Yến", "Bảo"]


@dataclass
class DistrictPeople:
    """Fills a furnished district. Everybody joins on `START` unless another day is given."""

    database: Database
    numbers: dict[str, int] = field(default_factory=dict)
    _codes: "count[int]" = field(default_factory=lambda: count(3_300_000_001))

    def lay_out(self) -> "DistrictPeople":
        """Create a province, a district, two communes and three hamlets."""
        for area_id, code, name, level, parent in (
            (PROVINCE_AREA, "62", "Tỉnh Đ", "province", None),
            (DISTRICT_AREA, "610", "Huyện E", "district", PROVINCE_AREA),
            (COMMUNE_AREA, "23293", "Xã C", "commune", DISTRICT_AREA),
            (OTHER_COMMUNE_AREA, "23294", "Xã G", "commune", DISTRICT_AREA),
            (HAMLET, None, "Thôn 1", "hamlet", COMMUNE_AREA),
            (OTHER_HAMLET, None, "Thôn 2", "hamlet", COMMUNE_AREA),
            (FAR_HAMLET, None, "Thôn 3", "hamlet", OTHER_COMMUNE_AREA),
        ):
            self.found(area_id, name, level, parent, code=code)
        return self

    def found(
        self,
        area_id: str,
        name: str,
        level: str,
        parent: str | None,
        *,
        code: str | None = None,
        from_day: date | None = None,
    ) -> None:
        """Create an area."""
        with self.database.write() as connection:
            connection.execute(
                areas.insert().values(
                    area_id=area_id,
                    code=code,
                    name=name,
                    level=level,
                    parent_id=parent,
                    from_day=from_day,
                )
            )

    def merge(self, area_id: str, successor_id: str | None, day: date) -> None:
        """End an area on `day` in favour of another, or of none in particular."""
        with self.database.write() as connection:
            connection.execute(
                areas.update()
                .where(areas.c.area_id == area_id)
                .values(until_day=day, successor_id=successor_id)
            )

    def join(
        self,
        name: str,
        area_id: str | None,
        group_name: str | None = "6A",
        *,
        school: str = SCHOOL,
        kind: CardKind = CardKind.PUPIL,
        day: date = START,
    ) -> None:
        """Add a person."""
        who = Person(kind, name, code=str(next(self._codes)), born=date(2014, 2, 28), sex="Nữ")
        with self.database.write() as connection:
            self.numbers[name] = add_person(
                connection, who, Placement(school, group_name, area_id), day, MORNING_MS
            )

    def move(
        self,
        name: str,
        day: date,
        area_id: str | None,
        group_name: str = "6A",
        school: str = SCHOOL,
    ) -> None:
        """Move a person to another home or school from `day` on."""
        with self.database.write() as connection:
            move_person(connection, self.numbers[name], Placement(school, group_name, area_id), day)

    def leave(self, name: str, day: date) -> None:
        """Let a person leave school from `day` on."""
        with self.database.write() as connection:
            move_person(connection, self.numbers[name], None, day)

    def rename(self, name: str, new: str, at_ms: int) -> None:
        """Rename a person, as a corrected spreadsheet does."""
        with self.database.write() as connection:
            connection.execute(
                people.update()
                .where(people.c.person == self.numbers[name])
                .values(name=new, changed_ms=at_ms)
            )
        self.numbers[new] = self.numbers.pop(name)

    def fill_province(self, *, schools: int, people_each: int, seed: int = 1) -> list[str]:
        """Create many schools with many people, written in bulk; return the schools' ids."""
        draw = random.Random(seed)
        ids = [f"th-{number:04}" for number in range(schools)]
        homes = [HAMLET, OTHER_HAMLET, FAR_HAMLET]
        with self.database.write() as connection:
            parent = connection.execute(
                sa.text("SELECT parent_id FROM units WHERE unit_id='thcs-a'")
            )
            commune = parent.scalar_one()
            first = (connection.execute(sa.select(sa.func.max(people.c.person))).scalar() or 0) + 1
            for place, unit_id in enumerate(ids):
                add_unit(connection, Unit(unit_id, f"Trường số {place + 1}", "school", commune))
                numbers = range(first + place * people_each, first + (place + 1) * people_each)
                connection.execute(
                    people.insert(),
                    [
                        {
                            "person": number,
                            "kind": CardKind.PUPIL if number % 18 else CardKind.STAFF,
                            "name": " ".join(map(draw.choice, (_FAMILY, _MIDDLE, _GIVEN))),
                            "added_ms": MORNING_MS,
                            "changed_ms": MORNING_MS,
                        }
                        for number in numbers
                    ],
                )
                connection.execute(
                    stays.insert(),
                    [
                        {
                            "person": number,
                            "from_day": START,
                            "unit_id": unit_id,
                            "group_name": f"{draw.randint(6, 9)}{draw.choice('ABCD')}",
                            "area_id": draw.choice(homes),
                        }
                        for number in numbers
                    ],
                )
        return ids
