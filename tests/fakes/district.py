"""A fake district that keeps its state and answers as the store would.

Synthetic: the schools are named like Vietnamese schools; the figures stand for no real person.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from server_bridge.store.crossings.arrivals import Comparison, DayArrivals
from server_bridge.store.gates.gate_states import GateState
from server_bridge.store.live import Snapshot, UnitState

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
MORNING = datetime(2026, 11, 23, 7, 12, 5, tzinfo=HANOI)
DISTRICT = "van-giang"


def utc_ms(hour: int, minute: int, second: int = 0, *, day: int = 23) -> int:
    """Return a time of November 2026 in Vietnam as UTC milliseconds."""
    return _ms(MORNING.replace(day=day, hour=hour, minute=minute, second=second))


def _ms(at: datetime) -> int:
    return int(at.astimezone(UTC).timestamp() * 1000)


class FakeDistrict:
    """Serves `read` and `revision` to the page, from any thread. `reads` counts the former."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._units: dict[str, UnitState] = {}
        self._arrivals: dict[str, Comparison] = {}
        self._now_ms = _ms(MORNING)
        self._revision = 1
        self.broken: Exception | None = None
        self.hanging = threading.Event()
        self.hanging.set()
        self.reads = 0

    def revision(self) -> int:
        """Return the revision, which grows with every change; fail or hang while told to."""
        self.hanging.wait()
        if self.broken:
            raise self.broken
        return self._revision

    def read(self) -> Snapshot:
        """Return the whole district now."""
        if self.broken:
            raise self.broken
        with self._lock:
            self.reads += 1
            return Snapshot(
                self._revision,
                MORNING.date(),
                self._now_ms,
                tuple(self._units.values()),
                dict(self._arrivals),
            )

    def compare(self, unit_id: str, *days: Mapping[int, int]) -> None:
        """Set the entries by minutes after midnight of today, yesterday and a week ago."""
        dates = (MORNING.date() - timedelta(before) for before in (0, 1, 7))
        told = [
            DayArrivals(day, tuple(slots.items())) for day, slots in zip(dates, days, strict=True)
        ]
        self._change(lambda: self._arrivals.update({unit_id: Comparison(*told)}))

    def hang(self) -> None:
        """Stop answering at all, until `mend`."""
        self.hanging.clear()

    def mend(self) -> None:
        """Answer again."""
        self.broken = None
        self.hanging.set()

    def add_unit(self, unit_id: str, name: str, level: str, parent_id: str | None) -> None:
        """Add a unit without people; parents first."""
        self._replace(
            UnitState(
                unit_id=unit_id,
                name=name,
                level=level,
                parent_id=parent_id,
                is_school=level == "school",
                inside=0,
                entered=0,
                left=0,
                refused=0,
                people=0,
                by_kind={},
                last_seen_ms=None,
                gates=(),
            )
        )

    def add_gate(self, gate_id: str, unit_id: str, *, online: bool | None = True) -> None:
        """Add a gate that came online at 06:30, or never reported (None)."""
        since = None if online is None else utc_ms(6, 30)
        gate = GateState(gate_id, unit_id, online, since, None, 0, online, ())
        unit = self._units[unit_id]
        self._replace(replace(unit, gates=(*unit.gates, gate)))

    def set_gate(self, gate_id: str, **changes: object) -> None:
        """Change fields of a gate: `online=False, state_since_ms=...`, `faults=("camera",)`."""
        unit = next(u for u in self._units.values() for g in u.gates if g.gate_id == gate_id)
        gates = tuple(
            replace(g, **changes) if g.gate_id == gate_id else g  # type: ignore[arg-type]
            for g in unit.gates
        )
        self._replace(replace(unit, gates=gates))

    def enter(self, unit_id: str, kind: str = "pupil", count: int = 1) -> None:
        """Let `count` people come in for the first time today."""
        self._move(unit_id, kind, inside=count, entered=count, people=count)

    def leave(self, unit_id: str, kind: str = "pupil", count: int = 1) -> None:
        """Let `count` people go out."""
        self._move(unit_id, kind, inside=-count, left=count)

    def refuse(self, unit_id: str, count: int = 1) -> None:
        """Refuse `count` scans."""
        self._move(unit_id, None, refused=count)

    def _move(
        self,
        unit_id: str,
        kind: str | None,
        *,
        inside: int = 0,
        entered: int = 0,
        left: int = 0,
        refused: int = 0,
        people: int = 0,
    ) -> None:
        def move() -> None:
            self._now_ms += 1000
            at: str | None = unit_id
            while at is not None:
                unit = self._units[at]
                kinds = dict(unit.by_kind)
                if kind is not None:
                    was = kinds.get(kind, (0, 0, 0))
                    kinds[kind] = (was[0] + inside, was[1] + entered, was[2] + left)
                self._units[at] = replace(
                    unit,
                    inside=unit.inside + inside,
                    entered=unit.entered + entered,
                    left=unit.left + left,
                    refused=unit.refused + refused,
                    people=unit.people + people,
                    by_kind=kinds,
                    last_seen_ms=self._now_ms if kind else unit.last_seen_ms,
                )
                at = unit.parent_id

        self._change(move)

    def _replace(self, unit: UnitState) -> None:
        self._change(lambda: self._units.update({unit.unit_id: unit}))

    def _change(self, change: Callable[[], None]) -> None:
        with self._lock:
            change()
            self._revision += 1


SCHOOLS = (
    ("vg-phungcong", "Trường THCS Phụng Công", "xa-phung-cong", 612, 38),
    ("vg-th-vangiang", "Trường Tiểu học Văn Giang", "xa-van-giang", 884, 52),
    ("vg-th-lienngh", "Trường Tiểu học Liên Nghĩa", "xa-van-giang", 545, 31),
    ("vg-thcs-xuanquan", "Trường THCS Xuân Quan", "xa-phung-cong", 703, 44),
    ("vg-thpt-vangiang", "Trường THPT Văn Giang", "xa-van-giang", 1216, 81),
    ("vg-mn-hoasen", "Trường Mầm non Hoa Sen", "xa-van-giang", 233, 27),
    ("vg-th-cuucao", "Trường Tiểu học Cửu Cao", "xa-phung-cong", 0, 0),
    ("vg-thcs-longhung", "Trường THCS Long Hưng", "xa-nghia-tru", 468, 29),
    ("vg-th-nghiatru", "Trường Tiểu học Nghĩa Trụ", "xa-nghia-tru", 0, 0),
)


def morning_district() -> FakeDistrict:
    """Return nine schools at a quarter past seven.

    Most are well, two have faults, one has never connected, and one is online with nobody inside.
    """
    district = FakeDistrict()
    district.add_unit(DISTRICT, "Khu vực Văn Giang", "district", None)
    for unit_id, name in (
        ("xa-phung-cong", "Xã Phụng Công"),
        ("xa-van-giang", "Xã Văn Giang"),
        ("xa-nghia-tru", "Xã Nghĩa Trụ"),
    ):
        district.add_unit(unit_id, name, "commune", DISTRICT)
    for unit_id, name, commune, pupils, staff in SCHOOLS:
        district.add_unit(unit_id, name, "school", commune)
        district.add_gate(f"{unit_id}-01", unit_id, online=None if "cuucao" in unit_id else True)
        if pupils > 700:
            district.add_gate(f"{unit_id}-02", unit_id)
        if pupils:
            district.enter(unit_id, count=pupils)
            district.enter(unit_id, "staff", count=staff)
            district.leave(unit_id, count=pupils // 40)
            district.refuse(unit_id, count=pupils // 150)
    district.enter("vg-phungcong", "visitor", count=3)
    district.set_gate("vg-thcs-longhung-01", online=False, state_since_ms=utc_ms(6, 58), backlog=0)
    district.set_gate("vg-thpt-vangiang-02", faults=("camera",))
    district.set_gate("vg-th-vangiang-02", backlog=214)
    return district
