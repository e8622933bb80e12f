"""Where the pages may listen: never beyond this machine without TLS."""

import ssl
import threading
from pathlib import Path

import httpx
import pytest
import trustme

from gate_contract.errors import SchoolgateError
from server_bridge.http.binding import BindingError, binding
from server_bridge.http.server import HttpServer
from server_bridge.web.live.app import create_app
from tests.fakes.district import HANOI, morning_district
from tests.fakes.patience import PATIENCE_S

PEM = Path("any.pem")
ORIGIN = "https://gates.example.vn"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.10", "gate.example", ""])  # noqa: S104
def test_beyond_this_machine_only_by_tls(host: str) -> None:
    with pytest.raises(BindingError, match="ssh -L 8080"):
        binding(host, 8080)
    with pytest.raises(BindingError, match="ssh -L 8080"):
        binding(host, 8080, origin=ORIGIN)
    assert binding(host, 8080, origin=ORIGIN, certificate=PEM, key=PEM).secure
    assert binding(host, 8080, origin=ORIGIN, proxy="127.0.0.1").secure


def test_what_does_not_fit_together_is_explained() -> None:
    with pytest.raises(BindingError, match="both or neither"):
        binding("127.0.0.1", 8080, certificate=PEM)
    with pytest.raises(BindingError, match="not both"):
        binding("127.0.0.1", 8080, certificate=PEM, key=PEM, proxy="127.0.0.1")
    for origin in ("", "gates.example.vn", "http://gates.example.vn", f"{ORIGIN}/page"):
        with pytest.raises(BindingError, match="address that people type"):
            binding("127.0.0.1", 8080, origin=origin, proxy="127.0.0.1")


def test_only_our_names_are_answered() -> None:
    here = binding("127.0.0.1", 8080).allow_host
    assert here("localhost")
    assert not here("gates.example.vn")
    proxied = binding("127.0.0.1", 8080, origin=ORIGIN, proxy="127.0.0.1").allow_host
    assert proxied("gates.example.vn")
    assert not proxied("localhost")
    assert not proxied("evil.example")


def test_pages_by_our_own_tls(tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("localhost")
    certificate, key, trusted = (tmp_path / name for name in ("cert.pem", "key.pem", "ca.pem"))
    issued.cert_chain_pems[0].write_to_path(certificate)
    issued.private_key_pem.write_to_path(key)
    authority.cert_pem.write_to_path(trusted)
    where = binding("127.0.0.1", 0, origin="https://localhost", certificate=certificate, key=key)
    district = morning_district()
    app = create_app(district.read, district.revision, timezone=HANOI, allow_host=where.allow_host)
    server = HttpServer(app, where)
    ready = threading.Event()
    thread = threading.Thread(target=server.run, args=[lambda _url: ready.set()])
    thread.start()
    try:
        assert ready.wait(PATIENCE_S)
        trust = ssl.create_default_context(cafile=trusted)
        answer = httpx.get(
            f"https://localhost:{server.port}/healthz", verify=trust, trust_env=False
        )
        assert answer.status_code in (200, 503)
    finally:
        server.stop()
        thread.join(PATIENCE_S)


def test_tls_files_that_are_not_there_are_named(tmp_path: Path) -> None:
    district = morning_district()
    app = create_app(district.read, district.revision, timezone=HANOI)
    missing = tmp_path / "missing.pem"
    where = binding("127.0.0.1", 0, origin=ORIGIN, certificate=missing, key=missing)
    with pytest.raises(SchoolgateError, match=r"missing\.pem"):
        HttpServer(app, where)
