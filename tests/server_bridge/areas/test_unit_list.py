"""Lists of units: taken in on both databases, refused by cell."""

from datetime import date

import pytest

from server_bridge.areas.unit_list import UnitPlan, plan_units
from server_bridge.sheets.delimited import read_delimited
from server_bridge.sheets.opening import Spreadsheet
from server_bridge.store.database import Database
from server_bridge.store.units.dated import DatedUnit, add_dated_units, dated_units
from server_bridge.store.units.tree import Unit
from tests.builders.school import COMMUNE, OTHER_SCHOOL, PROVINCE, SCHOOL

HEADINGS = "unit id,name,level,parent id,official code,valid from,valid until,merged into"
LIST = f"""
thpt-x,Trường THPT X,Trường,xa-x,97000701,,,
xa-x,Xã X,Xã,{PROVINCE},97001,01/07/2025,,
{OTHER_SCHOOL},Trường Tiểu học B,Trường,{COMMUNE},,,01/08/2026,{SCHOOL}
"""


def book(text: str) -> Spreadsheet:
    data = f"{HEADINGS}\n{text.strip()}\n".encode()
    return Spreadsheet("units.csv", "", [read_delimited(data)])


def take(database: Database, text: str) -> UnitPlan:
    with database.write() as connection:
        plan = plan_units(book(text), dated_units(connection))
        if not plan.refusals:
            add_dated_units(connection, (*plan.new, *plan.changed))
    return plan


def test_units_come_in_any_order_and_stay_as_they_are(database: Database) -> None:
    plan = take(database, LIST)
    assert [len(plan.new), len(plan.changed), plan.same, plan.refusals] == [2, 1, 0, []]
    with database.read() as connection:
        found = dated_units(connection)
    assert found["xa-x"] == DatedUnit(
        Unit("xa-x", "Xã X", "commune", PROVINCE), "97001", date(2025, 7, 1)
    )
    assert found[OTHER_SCHOOL].successor_id == SCHOOL
    again = take(database, LIST)
    assert [again.new, again.changed, again.same] == [[], [], 3]


@pytest.mark.parametrize(
    ("row", "refused"),
    [
        ("Xã X,Xã X,Xã,,,,,", "CSV!A2 wrong_code"),
        (",Xã X,Xã,,,,,", "CSV!A2 missing"),
        ("a,,Xã,,,,,", "CSV!B2 missing"),
        ("a,A,Trường,nowhere,,,,", "CSV!D2 unknown_parent"),
        (f"a,A,Trường,{SCHOOL},,,,", "CSV!D2 below_school"),
        (f"{COMMUNE},A,Trường,{PROVINCE},,,,", "CSV!C2 below_school"),
        ("a,A,Xã,b,,,,\nb,B,Xã,a,,,,", "CSV!D2 circle"),
        ("a,A,Xã,,,,01/07/2025,a", "CSV!H2 circle"),
        ("a,A,Xã,,,,01/07/2025,b", "CSV!H2 unknown_successor"),
        ("a,A,Xã,,,,,\na,B,Xã,,,,,", "CSV!A3 same_twice"),
    ],
)
def test_a_row_is_refused_at_its_cell(row: str, refused: str) -> None:
    tree = [
        Unit(PROVINCE, "P", "province", None),
        Unit(COMMUNE, "C", "commune", PROVINCE),
        Unit(SCHOOL, "S", "school", COMMUNE),
    ]
    refusals = plan_units(book(row), {unit.unit_id: DatedUnit(unit) for unit in tree}).refusals
    assert refused in [f"{refusal.place} {refusal.fault}" for refusal in refusals]
