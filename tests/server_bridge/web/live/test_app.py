"""The page over HTTP: languages, headers, what is refused, the stream, monitoring."""

import json
import re
from collections.abc import Iterator

import httpx
import pytest

from server_bridge.http.loopback import is_loopback
from tests.builders.serving import serving, until
from tests.fakes.district import FakeDistrict
from tests.fakes.patience import PATIENCE_S


@pytest.fixture
def client(page_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=page_url, trust_env=False, timeout=PATIENCE_S) as client:
        yield client


def figures(stream: Iterator[str]) -> dict[str, object]:
    """The next message of an event stream."""
    for line in stream:
        if line.startswith("data:"):
            message = json.loads(line.removeprefix("data:"))
            assert isinstance(message, dict)
            return message
    raise AssertionError("the stream ended")


def test_the_page_is_complete_without_javascript(client: httpx.Client) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    for words in (
        '<html lang="vi">',
        "Khu vực Văn Giang",
        "Thứ Hai, 23/11/2026",
        "4.853",
        "Trường THCS Phụng Công",
        "Mất liên lạc từ 06:58",
        "Camera không hoạt động",
        "Chưa kết nối lần nào",
        "Chưa có tài khoản",
        "trang tự tải lại mỗi 30 giây",
    ):
        assert words in answer.text
    assert '<meta http-equiv="refresh"' in answer.text


def test_english_by_the_switch_and_remembered(client: httpx.Client) -> None:
    assert "Inside now" not in client.get("/").text
    english = client.get("/?lang=en")
    assert '<html lang="en">' in english.text
    assert "4,853" in english.text
    assert "HttpOnly" in english.headers["set-cookie"]
    remembered = client.get("/")
    assert "Inside now" in remembered.text
    assert "set-cookie" not in remembered.headers
    assert "Đang ở trong trường" in client.get("/?lang=vi").text
    assert '<html lang="vi">' in client.get("/?lang=xx").text


def test_every_answer_carries_the_guards_headers(client: httpx.Client) -> None:
    for path in ("/", "/healthz", "/no-such-page", "/static/x/live.css"):
        headers = client.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'self'")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert "server" not in headers


def test_nothing_inline_and_nothing_from_elsewhere(client: httpx.Client) -> None:
    html = client.get("/").text
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", html)
    sources = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert sources
    for source in sources:
        assert source.startswith(("/", "#")), source
        if source.startswith("/static/"):
            assert client.get(source).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_the_page_can_only_be_read(client: httpx.Client, method: str) -> None:
    for path in ("/", "/events", "/healthz"):
        answer = client.request(method, path)
        assert answer.status_code == 405
        assert {"GET", "HEAD"} <= set(answer.headers["allow"].split(", "))


@pytest.mark.parametrize("path", ["/", "/healthz", "/events"])
def test_head(client: httpx.Client, path: str) -> None:
    answer = client.head(path)
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "192.168.1.7", "", "[::1"],
)
def test_a_foreign_name_is_refused(client: httpx.Client, host: str) -> None:
    answer = client.get("/", headers={"Host": host})
    assert answer.status_code == 400
    assert "Văn Giang" not in answer.text


@pytest.mark.parametrize("host", ["localhost", "localhost:9000", "127.0.0.1", "[::1]:8080"])
def test_this_machines_names_and_a_tunnels_port_pass(client: httpx.Client, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


def test_loopback_names() -> None:
    assert all(map(is_loopback, ["localhost", "127.0.0.1", "127.8.8.8", "::1"]))
    assert not any(map(is_loopback, ["", "0.0.0.0", "::", "10.0.0.1", "localhost.example"]))  # noqa: S104


def test_static_files_are_kept_under_their_version_only(client: httpx.Client) -> None:
    css = re.search(r'href="(/static/[^"]+/live\.css)"', client.get("/").text)
    assert css
    answer = client.get(css[1])
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]
    assert client.get("/static/older/live.css").headers["cache-control"] == "no-store"
    for name in ("none.css", "..%2Fapp.py", "%2e%2e/app.py", "live.css/"):
        assert client.get(f"/static/x/{name}").status_code in (404, 307)


def test_stream_sends_everything_once_and_then_what_changed(
    client: httpx.Client, district: FakeDistrict
) -> None:
    with client.stream("GET", "/events?lang=en") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        stream = answer.iter_lines()
        first = figures(stream)
        parts, rows = first["parts"], first["rows"]
        assert isinstance(parts, dict)
        assert isinstance(rows, list)
        assert {"place", "when", "headline", "morning", "notice", "empty", *rows} == set(parts)
        district.enter("vg-phungcong")
        change = figures(stream)
        assert isinstance(change["parts"], dict)
        assert set(change["parts"]) == {"when", "headline", "u-vg-phungcong"}
        assert "rows" not in change
        district.set_gate("vg-phungcong-01", faults=("storage",))
        sick = figures(stream)
        assert isinstance(sick["rows"], list)
        assert sick["rows"][0] == "u-vg-phungcong"


def test_names_are_escaped(district: FakeDistrict, client: httpx.Client) -> None:
    district.add_unit("x", "<script>alert(1)</script> & Em", "school", "xa-van-giang")
    until(lambda: "&amp; Em" in client.get("/").text, "the new school")
    assert "<script>alert" not in client.get("/").text


def test_an_empty_district_says_how_to_begin() -> None:
    with serving(FakeDistrict()) as server:
        html = httpx.get(server.url, trust_env=False).text
    assert "gate-bridge unit add" in html
    assert 'id="empty" hidden' not in html


def test_health_for_monitoring(client: httpx.Client, district: FakeDistrict) -> None:
    until(lambda: client.get("/healthz").status_code == 200, "health")
    answer = client.get("/healthz").json()
    assert answer["status"] == "fresh"
    assert answer["revision"] == district.revision()
    assert answer["as_of"].startswith("2026-11-23T00:12:")
