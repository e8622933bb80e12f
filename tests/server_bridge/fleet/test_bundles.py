"""Test serving a bundle to the code of a real gate, over TLS and in parts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from device.updating.download import bundle_path, fetch, part_path
from device.updating.https_client import FetchError, HttpsServer
from firmware_config.image.bundle import CERT, make_key
from gate_contract.errors import SchoolgateError
from gate_contract.health import UpdateFault
from gate_contract.orders import Update, verify
from server_bridge.fleet import bundles
from server_bridge.fleet.bundles import (
    bundle_url,
    delete_unused_bundles,
    store_bundle,
    store_update_ca,
)
from server_bridge.fleet.drafting import DistrictParameters
from server_bridge.home import open_home
from server_bridge.store.gates.gate_orders import change_orders
from tests.fakes.enrolment import Enrolment, enrolment_district

CONTENT = bytes(range(256)) * 3000


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Enrolment]:
    with enrolment_district(tmp_path_factory.mktemp("district") / "bridge") as made:
        yield made


@pytest.fixture
def wanted(district: Enrolment, tmp_path: Path) -> Update:
    file = tmp_path / "update.raucb"
    file.write_bytes(CONTENT)
    kept = store_bundle(district.home, file)
    url = bundle_url(district.home, kept.sha256)
    return Update(number=1, version="2", url=url, size=kept.size, sha256=kept.sha256)


def test_a_gate_fetches_the_rest_from_the_desk(
    district: Enrolment, wanted: Update, tmp_path: Path
) -> None:
    server, folder = HttpsServer(district.home.pki / "ca.pem"), tmp_path / "fetched"
    folder.mkdir()
    part_path(folder, wanted).write_bytes(CONTENT[:100_000])
    begun = []

    def ask(url: str, begins: int):  # type: ignore[no-untyped-def] # as HttpsServer.ask
        begun.append(begins)
        return server.ask(url, begins)

    assert fetch(wanted, folder, ask, lambda: True, lambda _: None)
    assert begun == [100_000]
    assert bundle_path(folder, wanted).read_bytes() == CONTENT


def fault_of(server: HttpsServer, url: str, begins: int = 0) -> UpdateFault:
    with pytest.raises(FetchError) as told, server.ask(url, begins):
        pass
    return told.value.fault


def test_what_is_wrong_with_a_server_is_told(
    district: Enrolment, wanted: Update, tmp_path: Path
) -> None:
    ours = HttpsServer(district.home.pki / "ca.pem")
    assert fault_of(ours, wanted.url.replace("updates/", "updates/0")) == UpdateFault.NOT_SERVED
    assert fault_of(ours, wanted.url, len(CONTENT)) == UpdateFault.WRONG_SIZE
    port = district.home.settings.enrol.port
    assert fault_of(ours, wanted.url.replace(f":{port}", ":9")) == UpdateFault.UNREACHABLE
    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    assert fault_of(HttpsServer(tmp_path / "other.pem"), wanted.url) == UpdateFault.UNTRUSTED


def test_a_full_line_is_asked_again(
    district: Enrolment, wanted: Update, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = HttpsServer(district.home.pki / "ca.pem")
    monkeypatch.setattr(bundles, "MAX_DOWNLOADS", 0)
    assert fault_of(server, wanted.url) == UpdateFault.UNREACHABLE
    monkeypatch.setattr(bundles, "MAX_DOWNLOADS", 1)
    for number in range(2):
        assert fetch(wanted, tmp_path / str(number), server.ask, lambda: True, lambda _: None)


def test_nothing_but_bundles_is_served(district: Enrolment, wanted: Update) -> None:
    ours = HttpsServer(district.home.pki / "ca.pem")
    base = wanted.url.rpartition("/")[0]
    for name in ("update-ca.pem", "..%2fbridge.toml", "%2e%2e/bridge.toml", ""):
        assert fault_of(ours, f"{base}/{name}") == UpdateFault.NOT_SERVED


def test_bundles_that_nobody_is_told_of_are_deleted(district: Enrolment, wanted: Update) -> None:
    delete_unused_bundles(district.home, {wanted.sha256})
    assert len(list(district.home.updates_folder.glob("*.raucb"))) == 1
    delete_unused_bundles(district.home, set())
    assert list(district.home.updates_folder.glob("*")) == []


def test_the_key_of_updates_goes_with_the_orders_and_stays(
    district: Enrolment, tmp_path: Path
) -> None:
    for name in ("first", "second"):
        make_key(tmp_path / name, "Huyện A")
    first, second = tmp_path / "first" / CERT, tmp_path / "second" / CERT
    store_update_ca(district.home, first)
    store_update_ca(district.home, first)
    with pytest.raises(SchoolgateError, match="flash their SD cards again"):
        store_update_ca(district.home, second)
    with pytest.raises(SchoolgateError, match="gate-image update-key"):
        store_update_ca(district.home, tmp_path / "nothing")
    district.ticket("gate-k1")
    parameters = DistrictParameters.of(open_home(district.home.folder))
    with district.database.write() as connection:
        made = change_orders(connection, parameters, "gate-k1", 5)
    told = verify(made.payload, district.home.keys.orders_public_keys(), "gate-k1")
    assert told.update_ca == first.read_text()
