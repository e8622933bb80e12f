"""The feed under load and with a failing database: one reader, no queues, orderly shutdown."""

import signal
import subprocess
import sys
import threading
from contextlib import ExitStack

import httpx
import pytest

from gate_contract.errors import SchoolgateError
from server_bridge.http.binding import make_binding
from server_bridge.http.server import HttpServer
from server_bridge.web.live.app import create_app
from server_bridge.web.live.feed import Feed
from tests.builders.serving import serving, until
from tests.fakes.district import HANOI, FakeDistrict
from tests.fakes.patience import PATIENCE_S
from tests.server_bridge.web.live.test_app import figures

SOON_S = 0.3


def status(url: str) -> str:
    return str(httpx.get(f"{url}healthz", trust_env=False).json()["status"])


@pytest.mark.parametrize("fault", ["raises", "hangs"])
def test_a_failing_database_makes_figures_old_and_comes_back(
    district: FakeDistrict, fault: str
) -> None:
    with (
        serving(district, stale_after_s=SOON_S) as server,
        httpx.Client(base_url=server.url, trust_env=False) as client,
    ):
        until(lambda: status(server.url) == "fresh", "figures")
        with client.stream("GET", "/events?lang=en", timeout=PATIENCE_S) as answer:
            stream = answer.iter_lines()
            figures(stream)
            if fault == "raises":
                district.broken = OSError("disk I/O error")
            else:
                district.hang()
            while "Old figures, from 07:12:" not in str(old := figures(stream)["parts"]):
                pass
            assert isinstance(old, dict)
            assert set(old) == {"notice"}
            page = client.get("/?lang=en")
            assert page.status_code == 200
            assert "the database does not answer" in page.text
            assert "4,853" in page.text
            assert client.get("/healthz").status_code == 503
            district.mend()
            district.enter("vg-phungcong")
            # The banner goes and the figure comes, in one message or in two.
            seen: set[str] = set()
            while not {"notice", "u-vg-phungcong"} <= seen:
                parts = figures(stream)["parts"]
                assert isinstance(parts, dict)
                seen |= set(parts)
            until(lambda: status(server.url) == "fresh", "recovery")


def test_a_database_broken_from_the_start(district: FakeDistrict) -> None:
    district.broken = OSError("unable to open database file")
    with serving(district, stale_after_s=SOON_S) as server:
        until(lambda: status(server.url) == "stale", "staleness")
        page = httpx.get(server.url, trust_env=False)
        assert page.status_code == 503
        assert "Chưa có số liệu: cơ sở dữ liệu không trả lời" in page.text
        district.mend()
        until(lambda: httpx.get(server.url, trust_env=False).status_code == 200, "the page")


def test_many_pages_cost_one_read_per_change(district: FakeDistrict) -> None:
    with serving(district) as server, ExitStack() as open_pages:
        until(lambda: status(server.url) == "fresh", "figures")
        client = open_pages.enter_context(
            httpx.Client(
                base_url=server.url,
                trust_env=False,
                timeout=PATIENCE_S,
                limits=httpx.Limits(max_connections=None),
            )
        )
        streams = [
            open_pages.enter_context(client.stream("GET", "/events")).iter_lines()
            for _ in range(40)
        ]
        for stream in streams:
            figures(stream)
        reads = district.reads
        district.refuse("vg-phungcong")
        for stream in streams:
            assert "u-vg-phungcong" in str(figures(stream))
        assert district.reads - reads == 1


def test_a_slow_page_gets_the_newest_only(district: FakeDistrict) -> None:
    """A page that reads nothing during a thousand crossings then gets the newest state only."""
    with (
        serving(district) as server,
        httpx.Client(base_url=server.url, trust_env=False, timeout=PATIENCE_S) as client,
        client.stream("GET", "/events") as answer,
    ):
        stream = answer.iter_lines()
        figures(stream)
        for _ in range(1000):
            district.enter("vg-th-nghiatru")
        messages = 0
        while '"inside">1.000<' not in str(figures(stream)):
            messages += 1
        assert messages < 500


def test_pages_that_leave_are_forgotten(district: FakeDistrict) -> None:
    with serving(district) as server:

        def pages() -> int:
            return int(httpx.get(f"{server.url}healthz", trust_env=False).json()["pages"])

        with httpx.stream("GET", f"{server.url}events", trust_env=False) as answer:
            stream = answer.iter_lines()
            figures(stream)
            assert pages() == 1
        until(lambda: pages() == 0, "leaving")


def test_too_many_pages_are_turned_away(
    district: FakeDistrict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server_bridge.web.live.app.MAX_PAGES", 1)
    with (
        serving(district) as server,
        httpx.stream("GET", f"{server.url}events", trust_env=False) as answer,
    ):
        stream = answer.iter_lines()
        figures(stream)
        assert httpx.get(f"{server.url}events", trust_env=False).status_code == 503


def test_server_ends_with_pages_open(district: FakeDistrict) -> None:
    """Streams end by themselves, well before the server would cut them off."""
    with serving(district) as server:
        answer = httpx.stream("GET", f"{server.url}events", trust_env=False)
        with answer as response:
            stream = response.iter_lines()
            figures(stream)
            server.stop()
            assert [line for line in stream if line.startswith("data:")] == []


def test_server_ends_while_the_database_hangs(district: FakeDistrict) -> None:
    with serving(district, stale_after_s=SOON_S) as server:
        until(lambda: status(server.url) == "fresh", "figures")
        district.hang()
        until(lambda: status(server.url) == "stale", "staleness")


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_process_with_pages_open(ending: signal.Signals) -> None:
    program = """
import signal
from server_bridge.web.live.app import create_app
from server_bridge.http.binding import make_binding
from server_bridge.http.server import HttpServer
from tests.fakes.district import HANOI, morning_district
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
district = morning_district()
app = create_app(district.read, district.revision, timezone=HANOI)
try:
    HttpServer(app, make_binding("127.0.0.1", 0)).run(lambda url: print(url, flush=True))
except KeyboardInterrupt:
    print("interrupted")
"""
    process = subprocess.Popen(
        [sys.executable, "-c", program], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with process:
        assert process.stdout
        url = process.stdout.readline().strip()
        with httpx.stream("GET", f"{url}events", trust_env=False, timeout=PATIENCE_S) as answer:
            stream = answer.iter_lines()
            figures(stream)
            process.send_signal(ending)
            assert not any(line.startswith("data:") for line in stream)
        out, errors = process.communicate(timeout=PATIENCE_S)
    assert errors == ""
    assert (process.returncode, out) in ((-signal.SIGTERM, ""), (0, "interrupted\n"))


def test_a_taken_port_names_the_remedy(district: FakeDistrict) -> None:
    app = create_app(district.read, district.revision, timezone=HANOI)
    with (
        serving(district) as server,
        pytest.raises(SchoolgateError, match="choose another port, or 0"),
    ):
        HttpServer(app, make_binding("127.0.0.1", server.port))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_the_url_is_known_and_reported(district: FakeDistrict, host: str) -> None:
    app = create_app(district.read, district.revision, timezone=HANOI)
    try:
        server = HttpServer(app, make_binding(host, 0))
    except SchoolgateError:
        pytest.skip("this machine has no IPv6 loopback")
    urls: list[str] = []
    thread = threading.Thread(target=server.run, args=[urls.append])
    thread.start()
    until(lambda: urls, "start")
    assert urls == [server.url]
    assert httpx.get(urls[0], trust_env=False).status_code == 200
    assert isinstance(app.state.feed, Feed)
    server.stop()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
