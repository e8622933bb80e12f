"""A district's enrolment server on a free port, and tickets of its gates."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from server_bridge.fleet.drafting import DistrictParameters
from server_bridge.fleet.enrolment_server import create_enrolment_server
from server_bridge.fleet.tickets import MadeTicket, Wifi, make_ticket
from server_bridge.home import Home, initialise
from server_bridge.store.database import Database
from server_bridge.store.gates.certificates import find_gate
from server_bridge.store.gates.gate_orders import ChosenSettings, change_orders
from server_bridge.store.units.tree import Unit, add_gate, add_unit
from tests.fakes.broker import free_port
from tests.fakes.patience import PATIENCE_S

DAY_MS = 86_400_000
NOW_MS = 1_790_000_000_000
SCHOOL, OTHER_SCHOOL = "thcs-a", "th-b"


@dataclass
class FakeNow:
    """The server's clock; UTC in ms."""

    ms: int = NOW_MS

    def __call__(self) -> int:
        return self.ms


@dataclass
class Enrolment:
    """A district with a running enrolment server."""

    home: Home
    database: Database
    now: FakeNow

    def ticket(
        self, gate_id: str, *, wifi: Wifi | None = None, sealed: bool = False, days: int = 7
    ) -> MadeTicket:
        """Make a new ticket; the gate is registered if it is new."""
        with self.database.write() as connection:
            known = [row.gate_id for row in connection.exec_driver_sql("SELECT gate_id FROM gates")]
            if gate_id not in known:
                add_gate(connection, gate_id, SCHOOL, self.now())
                choice = ChosenSettings(direction="in", visitor_ids=("cccd",))
                change_orders(
                    connection, DistrictParameters.of(self.home), gate_id, self.now(), choice=choice
                )
            find_gate(connection, gate_id)
            return make_ticket(
                self.home,
                connection,
                gate_id,
                now_ms=self.now(),
                days=days,
                wifi=wifi or Wifi(),
                sealed=sealed,
            )


def settle(folder: Path, name: str = "Huyện thử") -> Home:
    """Make a district's folder with two schools and an enrolment server on a free port."""
    folder.mkdir(parents=True)
    (folder / "bridge.toml").write_text(
        f'[district]\nname = "{name}"\n[enrol]\nport = {free_port()}\n', "utf-8"
    )
    home = initialise(folder)
    with closing(home.database()) as database, database.write() as connection:
        add_unit(connection, Unit(SCHOOL, "Trường THCS A", "school", None))
        add_unit(connection, Unit(OTHER_SCHOOL, "Trường Tiểu học B", "school", None))
    return home


@contextmanager
def enrolment_district(folder: Path) -> Iterator[Enrolment]:
    """Run the enrolment server."""
    home = settle(folder)
    now, ready = FakeNow(), threading.Event()
    with closing(home.database()) as database:
        server = create_enrolment_server(home, database, now)
        thread = threading.Thread(target=server.run, args=[lambda _url: ready.set()])
        thread.start()
        try:
            assert ready.wait(PATIENCE_S)
            yield Enrolment(home, database, now)
        finally:
            server.stop()
            thread.join(PATIENCE_S)
            assert not thread.is_alive()
