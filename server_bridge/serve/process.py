"""The bridge's long-running parts in one process: ingest with its publisher, alerts, the keeper of
reports, roll-outs of updates, the pages."""

import gc
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing

import sdnotify
import structlog

from server_bridge.clock import now_ms
from server_bridge.fleet.drafting import DistrictParameters
from server_bridge.fleet.enrolment_server import desk_server
from server_bridge.fleet.orders_publisher import OrdersPublisher
from server_bridge.fleet.rolling import RolloutWatch
from server_bridge.home import Home
from server_bridge.ingest.counts_publisher import CountsPublisher
from server_bridge.ingest.inbox import Inbox
from server_bridge.ingest.loop import IngestLoop
from server_bridge.integrations.discovery import Discovery
from server_bridge.integrations.meters import Meters
from server_bridge.mqtt.session import SessionOpener
from server_bridge.reports.tallying import TallyKeeper
from server_bridge.roster.making import Signer
from server_bridge.roster.publisher import RosterPublisher
from server_bridge.serve.alert_watch import alert_watch
from server_bridge.store.database import Database
from server_bridge.web.site import page_server

ALIVE_S = 5

log = structlog.get_logger()


def serve(home: Home, *, ingest: bool, web: bool, on_page: Callable[[str], None]) -> None:
    """Run the chosen parts until SIGTERM or SIGINT. `on_page` is given the page's address.

    A part that fails for a reason it cannot wait out ends all of them, and its exception is raised:
    the service manager starts everything afresh, and no thread is ever dead unnoticed.
    """
    database = home.database()
    database.check_migrated()
    watch = alert_watch(home, database) if ingest else None
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _n, _f: stopping.set())
    notifier = sdnotify.SystemdNotifier()
    meters = Meters()
    parts: list[_Part] = []
    ends: list[Callable[[], object]] = []
    if web:
        server = page_server(home, database, meters)
        ends.append(server.stop)
        parts.append(_Part("web", lambda: server.run(on_page), stopping))
    beats = _Beats(notifier)
    if watch:
        parts.append(_Part("alerts", lambda: watch.run(stopping, now_ms), stopping))
    if ingest:
        rosters = roster_office(home, database)
        loop = ingest_loop(home, database, rosters, stopping, beats.beat, meters)
        parts.append(_Part("ingest", lambda: _ingest(loop, rosters), stopping))
        keeper = TallyKeeper(database, home.zone, now_ms, stopping)
        parts.append(_Part("reports", keeper.run, stopping))
        rollouts = RolloutWatch(database, lambda: DistrictParameters.of(home))
        parts.append(_Part("rollouts", lambda: rollouts.run(stopping, now_ms), stopping))
        if home.settings.enrol.port:
            desk = desk_server(home, database, now_ms)
            ends.append(desk.stop)
            parts.append(_Part("enrol", desk.run, stopping))
    # What has been loaded by now stays: the collector need not look through it, and so looks for
    # garbage sooner. Otherwise what the database's library leaves piles up over days.
    gc.collect()
    gc.freeze()
    notifier.notify("READY=1")
    while not stopping.wait(ALIVE_S):
        # Ingest proves itself by going round; the page alone is proven by its thread.
        if not ingest:
            beats.beat()
    notifier.notify("STOPPING=1")
    for end in ends:
        end()
    for part in parts:
        part.finish()
    database.close()
    _raise_first([part.error for part in parts])


def roster_office(home: Home, database: Database) -> RosterPublisher:
    """What makes and tells rosters. Raises HomeError without the orders key."""
    signer = Signer(home.settings.orders.key_id, home.keys.orders_key(), home.keys.raw_public_keys)
    return RosterPublisher(database, home.zone, signer)


def ingest_loop(
    home: Home,
    database: Database,
    rosters: RosterPublisher,
    stopping: threading.Event,
    alive: Callable[[], None],
    meters: Meters,
) -> IngestLoop:
    """The ingest loop of a district."""
    assistant = home.settings.home_assistant
    return IngestLoop(
        database=database,
        inbox=Inbox(database, home.zone),
        publishers={
            "counts": CountsPublisher(database, home.zone),
            "rosters": rosters,
            "home assistant": Discovery(database, assistant.language, tell=assistant.tell),
            "orders": OrdersPublisher(database),
        },
        open_session=SessionOpener(home.endpoint()),
        now_ms=now_ms,
        stopping=stopping,
        alive=alive,
        took=meters.took,
    )


def _ingest(loop: IngestLoop, rosters: RosterPublisher) -> None:
    with closing(rosters):
        loop.run()


class _Beats:
    """Feeds the service manager's watchdog, every `ALIVE_S` at the most."""

    def __init__(self, notifier: sdnotify.SystemdNotifier) -> None:
        self._notifier = notifier
        self._last_s = 0.0

    def beat(self) -> None:
        now_s = time.monotonic()
        if now_s - self._last_s >= ALIVE_S:
            self._last_s = now_s
            self._notifier.notify("WATCHDOG=1")


class _Part:
    """A thread whose end, however it comes, ends the others."""

    def __init__(self, name: str, work: Callable[[], object], stopping: threading.Event) -> None:
        self.error: BaseException | None = None
        self._work = work
        self._stopping = stopping
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._work()
        except BaseException as error:
            self.error = error
        finally:
            self._stopping.set()

    def finish(self) -> None:
        self._thread.join(timeout=15)


def _raise_first(errors: Sequence[BaseException | None]) -> None:
    for error in errors:
        if error is not None:
            raise error
