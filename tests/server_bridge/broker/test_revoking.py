"""A revoked certificate opens no connection any more; all others do, whatever the time."""

import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from server_bridge import pki
from server_bridge.broker.config import write_revocations
from server_bridge.broker.revoking import PROCESS, reload_broker, revocation_list
from server_bridge.pki import Identity
from tests.builders.serving import until
from tests.fakes.broker import Broker
from tests.fakes.mqtt_peer import tls
from tests.server_bridge.broker.test_access import refused

LOST, OTHER = Identity.gate("vg-01"), Identity.gate("vg-02")


def context(broker: Broker, identity: Identity) -> ssl.SSLContext:
    return tls(broker.identity(identity))


def serial(broker: Broker, identity: Identity) -> int:
    return pki.serial_number((broker.identity(identity) / "cert.pem").read_bytes())


def test_a_running_broker_refuses_a_revoked_certificate_after_a_reload(tmp_path: Path) -> None:
    with Broker(tmp_path) as broker:
        folder = broker.configuration.parent
        assert not refused(broker, context(broker, LOST))
        for revoked in ([serial(broker, LOST)], [serial(broker, LOST), 4711]):
            write_revocations(folder, authority=broker.pki, revoked=revoked)
            assert reload_broker(folder)
            until(lambda: refused(broker, context(broker, LOST)), "the broker's reload")
            assert not refused(broker, context(broker, OTHER))
        again = pki.issue(broker.pki, LOST, now=datetime.now(UTC))
        again.write(tmp_path / "again")
        assert not refused(broker, tls(tmp_path / "again")), "a new certificate of the same name"


def test_without_a_running_broker_there_is_nothing_to_reload(tmp_path: Path) -> None:
    assert not reload_broker(tmp_path)
    (tmp_path / PROCESS).write_text("1")  # some other process has taken the number since
    assert not reload_broker(tmp_path)


@pytest.mark.parametrize("count", [0, 3])
def test_the_list_is_of_any_time_and_names_each_serial(tmp_path: Path, count: int) -> None:
    pki.create_authority(tmp_path / "pki", "Test authority", now=datetime.now(UTC))
    serials = list(range(100, 100 + count))
    listed = x509.load_pem_x509_crl(revocation_list(tmp_path / "pki", serials))
    authority, _ = pki.authority_of(tmp_path / "pki")
    key = authority.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert listed.is_signature_valid(key)
    assert [one.serial_number for one in listed] == serials
    assert listed.last_update_utc < datetime(2020, 1, 2, tzinfo=UTC)
    assert listed.next_update_utc == authority.not_valid_after_utc
