"""Make the pupils and staff of a synthetic school."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from demo.synthetic import names
from demo.synthetic.province import NAME, Province, SyntheticSchool

YEAR = 2026
"""The school year begins in September of this year."""
_LETTERS = "ABCDEGHIKLMNPQ"
"""Letters of classes; schools leave out F and J."""
_GROUPS = ("Toán - Tin", "Ngữ văn", "Ngoại ngữ", "Khoa học tự nhiên", "Sử - Địa", "Văn phòng")
_MOST_OF_A_YEAR = 1_667
"""Numbers for the pupils of a school who were born in one year: enough for 600 schools."""
_NEIGHBOURS = 0.1
"""The part of the pupils that comes from the next commune."""


@dataclass(frozen=True, slots=True)
class Someone:
    """A row of the school's spreadsheet. `group`: a pupil's class, a teacher's group."""

    code: str
    national_id: str
    name: str
    born: date
    girl: bool
    ethnicity: str
    group: str
    province: str
    commune: str
    hamlet: str


def pupils(province: Province, school: SyntheticSchool, number: int) -> Iterator[Someone]:
    """Yield `number` pupils, class by class."""
    chance = Random(f"{province.seed}/{school.number}/pupils")
    grades = range(school.first_grade, school.last_grade + 1)
    per_grade = -(-number // len(grades))
    classes = min(len(_LETTERS), max(1, round(per_grade / 42)))
    for index in range(number):
        grade, place = grades[index // per_grade], index % per_grade
        first = date(YEAR - 5 - grade, 1, 1)
        born = first + timedelta(days=chance.randrange(365))
        group = f"{grade}{_LETTERS[place * classes // per_grade]}"
        code = f"97{school.number:03}{index:05}"
        yield _someone(province, school, chance, code, place, born, group)


def staff(province: Province, school: SyntheticSchool, number: int) -> Iterator[Someone]:
    """Yield `number` teachers and others."""
    chance = Random(f"{province.seed}/{school.number}/staff")
    for index in range(number):
        born = date(YEAR - 60, 1, 1) + timedelta(days=chance.randrange(36 * 365))
        group = chance.choice(_GROUPS)
        code = f"97{school.number:03}9{index:04}"
        yield _someone(province, school, chance, code, index, born, group)


def _someone(
    province: Province,
    school: SyntheticSchool,
    chance: Random,
    code: str,
    place: int,
    born: date,
    group: str,
) -> Someone:
    """Return one person. `place`: in the school, among those of one year."""
    girl = chance.random() < 0.5
    step = chance.random() < _NEIGHBOURS
    commune = province.communes[(school.commune + step) % len(province.communes)]
    century = 2 if born.year >= 2000 else 0
    serial = (school.number * _MOST_OF_A_YEAR + place) % 10**6
    return Someone(
        code=code,
        national_id=f"097{century + girl}{born:%y}{serial:06}",
        name=names.person(chance, girl=girl),
        born=born,
        girl=girl,
        ethnicity=chance.choice(names.ETHNICITIES),
        group=group,
        province=NAME,
        commune=commune.name,
        hamlet=chance.choice(commune.hamlets),
    )
