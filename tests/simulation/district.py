"""The district: its database, its backups, and the ingest process."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from server_bridge.ingest.counts_publisher import CountsPublisher
from server_bridge.ingest.loop import IngestLoop
from server_bridge.store.database import Database
from server_bridge.store.units.tree import Unit, add_gate, add_unit
from tests.simulation.broker import Broker, SimBridgeSession
from tests.simulation.clocks import BEGIN_MS
from tests.simulation.parts import Parts, Say
from tests.simulation.perils import Killed, Perils, TappedDatabase

SCHOOL = "thcs-phung-cong"
GATE_IDS = ("vg-sim-01", "vg-sim-02")
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_HEADS = "SELECT ledger_id, stored_through, chain FROM ledgers"


class SimDistrict:
    """One database file and one process; used for one run after another.

    The engine stays, with its compiled statements; `begin` gives it a new file.
    """

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"
        self.path = folder / "bridge.db"
        self.database = TappedDatabase(f"sqlite:///{self.path}")
        _make_template(self._template)

    def begin(
        self,
        folder: Path,
        broker: Broker,
        perils: Perils,
        say: Say,
        parts: Parts,
        now_ms: Callable[[], int],
    ) -> None:
        """Start a new district of one school; `folder` is for its backups."""
        self._folder, self._broker, self._say = folder, broker, say
        self._parts, self._now_ms = parts, now_ms
        self.database.perils = perils
        _copy(self._template, self.path)
        self.backups: list[Path] = []
        self.loop: IngestLoop | None = None
        self.publishes = True
        self.most: dict[str, int] = {}
        """The highest seq ever committed, by ledger_id, whatever was restored later."""
        self.heads: dict[str, tuple[int, str]] = {}
        """How far each ledger is stored, and its chain hash there."""

    def end(self) -> None:
        """Close the file."""
        self.kill()
        self.database.close()

    def step(self) -> None:
        """Run one step of the ingest loop."""
        if self.loop is None:
            self.loop = self._parts.ingest_loop(
                database=self.database,
                inbox=self._parts.inbox(self.database, ZONE),
                publishers={
                    "counts": (CountsPublisher if self.publishes else _Silent)(self.database, ZONE)
                },
                open_session=lambda: SimBridgeSession(self._broker, lambda: self.database.commits),
                now_ms=self._now_ms,
                stopping=threading.Event(),
            )
        before = self.database.commits
        try:
            self.loop.step(lambda _s: None)
        except Killed:
            self.kill()
        if self.database.commits != before:
            self._note_heads()

    def kill(self) -> None:
        """Kill the process."""
        self.loop = None
        self._broker.cut_bridge()

    def back_up(self) -> None:
        """Copy the database."""
        # Nothing is being written just now, so the two files together are the database.
        copy = self._folder / f"backup{len(self.backups) + 1}.db"
        _copy(self.path, copy)
        self.backups.append(copy)
        self._say("bridge", f"{copy.name} made")

    def restore(self, backup: Path) -> None:
        """Replace the database by an earlier copy."""
        self.kill()
        # The last connection to close leaves one file, without a WAL.
        self.database.close()
        assert not self.path.with_name("bridge.db-wal").exists()
        _copy(backup, self.path)
        self._note_heads()
        self._say("bridge", f"RESTORED from {backup.name}")

    def _note_heads(self) -> None:
        with self.database.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT ledger_id, stored_through, chain FROM ledgers"
            )
            self.heads = {ledger_id: (through, chain) for ledger_id, through, chain in rows}
        for ledger_id, (through, _) in self.heads.items():
            self.most[ledger_id] = max(through, self.most.get(ledger_id, 0))


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    log = source.with_name(f"{source.name}-wal")
    if log.exists():
        shutil.copyfile(log, target.with_name(f"{target.name}-wal"))


class _Silent(CountsPublisher):
    """Publishes nothing, which saves a run a lot of time."""

    def publish(self, send: Callable[[str, bytes], None], now_ms: int) -> None:
        pass


def _make_template(path: Path) -> None:
    """Make a migrated database with one school and its gates, to be copied."""
    database = Database(f"sqlite:///{path}")
    database.migrate()
    with database.write() as connection:
        add_unit(connection, Unit("van-giang", "Văn Giang", "district", None))
        add_unit(connection, Unit(SCHOOL, "THCS Phụng Công", "school", "van-giang"))
        for gate_id in GATE_IDS:
            add_gate(connection, gate_id, SCHOOL, BEGIN_MS)
    database.close()
