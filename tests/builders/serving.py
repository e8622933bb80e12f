"""Run a real server of the live page on a free port, over a fake district."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from server_bridge.http.binding import make_binding
from server_bridge.http.server import HttpServer
from server_bridge.web.live.app import create_app
from tests.fakes.district import HANOI, FakeDistrict
from tests.fakes.patience import PATIENCE_S


@contextmanager
def serving(
    district: FakeDistrict, port: int = 0, stale_after_s: float = 60
) -> Iterator[HttpServer]:
    """Serve `district` in a thread; leaving the block proves that the server ends."""
    app = create_app(
        district.read,
        district.revision,
        timezone=HANOI,
        poll_s=0.02,
        stale_after_s=stale_after_s,
    )
    server = HttpServer(app, make_binding("127.0.0.1", port))
    ready = threading.Event()
    thread = threading.Thread(target=server.run, args=[lambda _url: ready.set()])
    thread.start()
    try:
        assert ready.wait(PATIENCE_S)
        yield server
    finally:
        server.stop()
        thread.join(PATIENCE_S)
        district.mend()
        assert not thread.is_alive()


def until(holds: Callable[[], object], what: str, deadline_s: float = PATIENCE_S) -> None:
    """Wait until `holds()` is true; fail the test, saying that `what` did not happen."""
    give_up = time.monotonic() + deadline_s
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < give_up, f"{what} did not happen"
        pause.wait(0.02)
