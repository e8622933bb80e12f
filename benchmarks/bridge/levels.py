"""Measure a change of levels in a whole province, and the roll-up of all its schools' lists."""

import time
from datetime import datetime

from demo.synthetic.province import UNIT_ID
from gate_contract.school_day import local_day
from server_bridge.documents import Document
from server_bridge.levels.affected import affected
from server_bridge.lists import collecting
from server_bridge.lists.collecting import NOBODY, ListSnapshot
from server_bridge.lists.rolling_up import roll_up
from server_bridge.store.areas.areas import COMMUNE, HAMLET, all_areas
from server_bridge.store.areas.levels import AREAS_ZONE, LevelNotice, apply_notice
from server_bridge.store.database import Database
from server_bridge.store.reports import submissions as store
from server_bridge.store.reports.deadlines import find
from server_bridge.submissions.actions import SubmissionWrite, schools_of

PLAN = Document("plan.pdf", "pdf", b"%PDF-1.7\n%%EOF\n")
DAY_MS = 86_400_000


def measure_levels(database: Database, now_ms: int) -> dict[str, float]:
    """Apply a notice for a third of the communes; let every school submit its list.

    One school's list is made as a workbook and timed; the others submit that same workbook with
    their own figures, since the roll-up reads figures only.
    """
    figures: dict[str, float] = {}
    with database.read() as connection:
        day = local_day(now_ms, AREAS_ZONE)
        areas = [area for area in all_areas(connection).values() if area.holds_on(day)]
        notice = LevelNotice(
            "bench",
            "bench",
            now_ms,
            {a.area_id: 3 for a in [a for a in areas if a.level == COMMUNE][::3]}
            | {a.area_id: 4 for a in [a for a in areas if a.level == HAMLET][::10]},
        )
        begun = time.perf_counter()
        found = affected(connection, notice, now_ms, AREAS_ZONE)
        figures["affected_s"] = time.perf_counter() - begun
        figures["affected_people"] = sum(school.people for school in found.schools)
    begun = time.perf_counter()
    with database.write() as connection:
        apply_notice(connection, notice, now_ms)
    figures["level_change_s"] = time.perf_counter() - begun
    return figures | _collect(database, now_ms)


def _collect(database: Database, now_ms: int) -> dict[str, float]:
    figures: dict[str, float] = {}
    with database.write() as connection:
        number = store.open_collection(
            connection, "bench", UNIT_ID, now_ms, now_ms + DAY_MS, "bench", now_ms
        )
    with database.read() as connection:
        collection = find(connection, store.COLLECTIONS, number)
        schools = schools_of(connection, UNIT_ID)
        made = datetime.fromtimestamp(now_ms / 1000, AREAS_ZONE)
        begun = time.perf_counter()
        first = collecting.take_snapshot(connection, collection, schools[0], made, AREAS_ZONE)
        figures["one_school_list_s"] = time.perf_counter() - begun
        all_figures = collecting.figures_at(connection, now_ms, AREAS_ZONE, schools)
    begun = time.perf_counter()
    for school in schools:
        snapshot = ListSnapshot(first.workbook, all_figures.get(school, NOBODY))
        with database.write() as connection:
            collecting.submit(
                connection, SubmissionWrite(number, school, "bench", now_ms), snapshot, PLAN
            )
    figures["one_submission_s"] = (time.perf_counter() - begun) / len(schools)
    begun = time.perf_counter()
    with database.read() as connection:
        rolled = roll_up(connection, number, now_ms, AREAS_ZONE)
    figures["roll_up_s"] = time.perf_counter() - begun
    figures["rolled_up_people"] = sum(rolled.units[0].counts)
    return figures
