"""A collection from opening to closing, on both databases."""

import io
from datetime import UTC, datetime

import pytest
from python_calamine import CalamineWorkbook

from gate_contract.errors import SchoolgateError
from server_bridge.documents import Document
from server_bridge.lists import collecting
from server_bridge.lists.collecting import ListSnapshot
from server_bridge.lists.roll_up_sheets import write_roll_up
from server_bridge.lists.rolling_up import CollectionRollUp, CollectionSchool, roll_up
from server_bridge.store.areas.levels import LevelNotice, apply_notice
from server_bridge.store.database import Database
from server_bridge.store.reports import submissions as store
from server_bridge.store.reports.deadlines import (
    close_request,
    find_request,
    request_events,
)
from server_bridge.store.reports.submissions import COLLECTIONS
from server_bridge.store.units.tree import Unit, add_unit
from server_bridge.submissions import actions
from server_bridge.submissions.actions import SubmissionWrite
from server_bridge.submissions.state import ActionNotAllowedError, SubmissionState
from tests.builders.district_people import (
    COMMUNE_AREA,
    FAR_HAMLET,
    HAMLET,
    START,
    DistrictPeople,
)
from tests.builders.documents import PDF
from tests.builders.school import COMMUNE, OTHER_SCHOOL, PROVINCE, SCHOOL, ZONE
from tests.fakes.clock import MORNING_MS

HOUR_MS = 3_600_000
DEADLINE_MS = MORNING_MS + 10 * HOUR_MS
PLAN = Document("kế hoạch.pdf", "pdf", PDF)
MADE = datetime(2026, 9, 7, 1, tzinfo=UTC)


class CollectionActions:
    """One collection, and the actions on it at an hour of the day."""

    def __init__(self, database: Database) -> None:
        self.people = DistrictPeople(database).lay_out()
        self.database = database
        with database.write() as connection:
            apply_notice(connection, LevelNotice("1", "UBND", 0, {HAMLET: 4, COMMUNE_AREA: 3}), 0)
            self.number = store.open_collection(
                connection, "Danh sách", PROVINCE, MORNING_MS, DEADLINE_MS, "Sở", MORNING_MS
            )

    def write(self, school: str, hour: int) -> SubmissionWrite:
        return SubmissionWrite(self.number, school, "cô Hà", MORNING_MS + hour * HOUR_MS)

    def snapshot(self, school: str) -> ListSnapshot:
        with self.database.read() as connection:
            collection = find_request(connection, COLLECTIONS, self.number)
            return collecting.take_snapshot(connection, collection, school, MADE, ZONE)

    def submit(self, school: str, hour: int, plan: Document | None = PLAN) -> SubmissionState:
        snapshot = self.snapshot(school)
        with self.database.write() as connection:
            write = self.write(school, hour)
            return collecting.submit(connection, write, snapshot, plan).state

    def save(self, school: str, hour: int, plan: Document | None = None) -> SubmissionState:
        with self.database.write() as connection:
            return collecting.save(connection, self.write(school, hour), plan).state

    def lock(self, school: str, hour: int) -> None:
        with self.database.write() as connection:
            actions.lock(connection, COLLECTIONS, self.write(school, hour))

    def reopen(self, school: str, hour: int, reason: str) -> None:
        with self.database.write() as connection:
            actions.reopen(connection, COLLECTIONS, self.write(school, hour), reason)

    def rolled(self) -> CollectionRollUp:
        with self.database.read() as connection:
            return roll_up(connection, self.number, DEADLINE_MS, ZONE)

    def line(self, school: str) -> CollectionSchool:
        return next(line for line in self.rolled().schools if line.unit.unit_id == school)

    def files(self, school: str) -> tuple[bytes, bytes]:
        """Return the list and the plan of the submission that counts."""
        event = self.line(school).standing.submission
        assert event is not None
        with self.database.read() as connection:
            sent = store.find_submissions(connection, [event])[event]
            return (
                store.document(connection, sent.list_sha256),
                store.document(connection, sent.plan_sha256),
            )


@pytest.fixture
def office(database: Database) -> CollectionActions:
    made = CollectionActions(database)
    made.people.join("Trần An", HAMLET)
    made.people.join("Lê Bình", FAR_HAMLET, "6B")
    made.people.join("Y Hằng", COMMUNE_AREA, school=OTHER_SCHOOL)
    return made


def test_what_was_submitted_stays_and_later_changes_are_told(office: CollectionActions) -> None:
    assert office.line(SCHOOL).standing.state is SubmissionState.NOT_STARTED
    with pytest.raises(SchoolgateError, match="plan is missing"):
        office.submit(SCHOOL, 1, plan=None)
    assert office.save(SCHOOL, 1) is SubmissionState.IN_PROGRESS
    assert office.save(SCHOOL, 1, PLAN) is SubmissionState.IN_PROGRESS
    assert office.submit(SCHOOL, 2, plan=None) is SubmissionState.ON_TIME  # with the saved plan
    listed, plan = office.files(SCHOOL)
    assert plan == PDF
    assert not office.line(SCHOOL).differs
    office.people.rename("Lê Bình", "Lê Bính", MORNING_MS + 3 * HOUR_MS)
    assert office.line(SCHOOL).differs
    assert office.files(SCHOOL) == (listed, plan)
    names = CalamineWorkbook.from_object(io.BytesIO(listed)).get_sheet_by_index(0).to_python()
    assert "Lê Bình" in [row[1] for row in names]
    assert (
        office.submit(SCHOOL, 11) is SubmissionState.LATE
    )  # and once more, corrected, after the deadline
    assert not office.line(SCHOOL).differs
    with office.database.write() as connection:
        notice = LevelNotice("2", "UBND", MORNING_MS, {HAMLET: 1})
        apply_notice(connection, notice, MORNING_MS + 12 * HOUR_MS)
    line = office.line(SCHOOL)
    assert (line.counts, line.differs) == ((0, 0, 0, 1, 1), True)  # another level, by a notice
    before = office.snapshot(SCHOOL).figures
    office.people.move("Trần An", START, FAR_HAMLET, "6B")
    office.people.move("Lê Bính", START, HAMLET, "6A")
    swapped = office.snapshot(SCHOOL).figures
    assert swapped.counts == before.counts
    assert swapped.digest != before.digest


def test_sums_of_units_and_who_is_missing_or_late(office: CollectionActions) -> None:
    with office.database.write() as connection:
        add_unit(connection, Unit("xa-e", "Xã E", "commune", PROVINCE))
        add_unit(connection, Unit("th-f", "Trường F", "school", "xa-e"))
    office.submit(SCHOOL, 1)
    office.submit(OTHER_SCHOOL, 11)
    office.lock(OTHER_SCHOOL, 12)
    rolled = office.rolled()
    figures = {
        line.unit.unit_id: (line.schools, line.submitted, line.late, line.missing, line.counts)
        for line in rolled.units
    }
    assert figures == {
        PROVINCE: (3, 2, 1, 1, (0, 0, 1, 1, 1)),
        COMMUNE: (2, 2, 1, 0, (0, 0, 1, 1, 1)),
        "xa-e": (1, 0, 0, 1, (0, 0, 0, 0, 0)),
    }
    assert (rolled.missing, rolled.late) == (("Trường F",), ("Trường Tiểu học B",))
    assert [rolled.in_state(state) for state in SubmissionState] == [1, 0, 1, 0, 1]
    stream = io.BytesIO()
    write_roll_up(stream, rolled, above="", made=MADE, zone=ZONE)
    book = CalamineWorkbook.from_object(io.BytesIO(stream.getvalue()))
    assert ["Tỉnh Đ", 3, 2, 1, 1, 0, 0, 1, 1, 1, 3] in book.get_sheet_by_name(
        "Tổng hợp"
    ).to_python()
    schools = {row[1]: row for row in book.get_sheet_by_name("Các trường").to_python()}
    assert schools["Trường Tiểu học B"][2:6] == ["Xã C", "Đã khóa", "18:00 07/09/2026", "nộp muộn"]
    assert schools["Trường F"][3:] == ["Chưa thực hiện", *[""] * 8]


def test_locking_and_reopening_are_logged(office: CollectionActions) -> None:
    office.submit(SCHOOL, 1)
    office.lock(SCHOOL, 2)
    for refused in (
        lambda: office.submit(SCHOOL, 3),
        lambda: office.save(SCHOOL, 3),
        lambda: office.lock(SCHOOL, 3),
        lambda: office.reopen(SCHOOL, 3, ""),
    ):
        with pytest.raises(ActionNotAllowedError):
            refused()
    office.reopen(SCHOOL, 4, "sai lớp 6B")
    line = office.line(SCHOOL)
    assert line.standing.reopened
    assert line.counts == (0, 0, 0, 1, 1)  # the last submission counts meanwhile
    assert office.submit(SCHOOL, 5) is SubmissionState.ON_TIME
    with office.database.read() as connection:
        stored = request_events(connection, COLLECTIONS, office.number, SCHOOL)
    assert [(one.what, one.by, one.reason) for one in stored] == [
        ("submitted", "cô Hà", ""),
        ("locked", "cô Hà", ""),
        ("reopened", "cô Hà", "sai lớp 6B"),
        ("submitted", "cô Hà", ""),
    ]
    with office.database.write() as connection:
        close_request(connection, COLLECTIONS, office.number, DEADLINE_MS)
    with pytest.raises(SchoolgateError, match="closed"):
        office.submit(SCHOOL, 6)
    for school, named in ((COMMUNE, "not a school"), ("nowhere", "not a school")):
        with pytest.raises(SchoolgateError, match=named):
            office.submit(school, 6)
