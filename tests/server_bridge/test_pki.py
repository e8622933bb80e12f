"""The authority: what it issues passes a strict verifier, and each certificate has one use."""

import ssl
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from server_bridge import pki
from server_bridge.pki import Identity, IssuedCertificate, PkiError

NOW = datetime(2026, 9, 5, 7, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "pki"
    pki.create_authority(folder, "Phòng GD&ĐT huyện thử nghiệm", now=NOW)
    return folder


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def context(issued: IssuedCertificate, folder: Path, *, server: bool) -> ssl.SSLContext:
    """A strict context, as Python 3.13 makes by default."""
    issued.write(folder)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT)
    made.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    made.load_verify_locations(folder / "ca.pem")
    made.verify_mode = ssl.CERT_REQUIRED
    made.verify_flags |= ssl.VERIFY_X509_STRICT
    return made


def handshake(server: ssl.SSLContext, client: ssl.SSLContext, host: str) -> None:
    """Raises ssl.SSLError where either side refuses the other."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_hostname=host),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    for _ in range(6):
        for end in list(ends):
            try:
                end.do_handshake()
                ends.remove(end)
            except ssl.SSLWantReadError:
                pass
    assert not ends


def issued(folder: Path, identity: Identity, *hosts: str) -> IssuedCertificate:
    return pki.issue(folder, identity, now=NOW, hosts=hosts)


@pytest.mark.parametrize("host", ["broker.example.vn", "127.0.0.1", "::1"])
def test_a_gate_and_the_broker_trust_each_other_strictly(
    folder: Path, tmp_path: Path, host: str
) -> None:
    hosts = ("broker.example.vn", "127.0.0.1", "::1")
    server = context(issued(folder, Identity.broker(), *hosts), tmp_path / "b", server=True)
    client = context(issued(folder, Identity.gate("vg-01")), tmp_path / "g", server=False)
    handshake(server, client, host)


def test_the_broker_is_not_believed_under_another_name(folder: Path, tmp_path: Path) -> None:
    server = context(issued(folder, Identity.broker(), "a.vn"), tmp_path / "b", server=True)
    client = context(issued(folder, Identity.gate("vg-01")), tmp_path / "g", server=False)
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        handshake(server, client, "b.vn")


def test_a_gate_cannot_play_the_broker(folder: Path, tmp_path: Path) -> None:
    server = context(issued(folder, Identity.gate("vg-02")), tmp_path / "b", server=True)
    client = context(issued(folder, Identity.gate("vg-01")), tmp_path / "g", server=False)
    client.check_hostname = False
    with pytest.raises(ssl.SSLCertVerificationError, match="purpose"):
        handshake(server, client, "a.vn")


def test_the_brokers_certificate_is_no_client(folder: Path, tmp_path: Path) -> None:
    both = issued(folder, Identity.broker(), "a.vn")
    server = context(both, tmp_path / "b", server=True)
    client = context(both, tmp_path / "c", server=False)
    with pytest.raises(ssl.SSLError, match="purpose"):
        handshake(server, client, "a.vn")


def test_another_authority_is_foreign(folder: Path, tmp_path: Path) -> None:
    pki.create_authority(tmp_path / "other", "Other", now=NOW)
    server = context(issued(folder, Identity.broker(), "a.vn"), tmp_path / "b", server=True)
    stranger = context(
        issued(tmp_path / "other", Identity.gate("vg-01")), tmp_path / "s", server=False
    )
    stranger.load_verify_locations(folder / "ca.pem")
    with pytest.raises(ssl.SSLError, match=r"certificate|alert|verif"):
        handshake(server, stranger, "a.vn")


@pytest.mark.parametrize(
    ("identity", "name", "usage"),
    [
        (Identity.bridge(), "bridge", ExtendedKeyUsageOID.CLIENT_AUTH),
        (Identity.gate("vg-01"), "vg-01", ExtendedKeyUsageOID.CLIENT_AUTH),
        (Identity.viewer("hall"), "viewer.hall", ExtendedKeyUsageOID.CLIENT_AUTH),
        (Identity.broker(), "broker", ExtendedKeyUsageOID.SERVER_AUTH),
    ],
)
def test_a_certificate_says_who_and_for_what(
    folder: Path, identity: Identity, name: str, usage: x509.ObjectIdentifier
) -> None:
    hosts = ("a.vn",) if name == "broker" else ()
    made = x509.load_pem_x509_certificate(issued(folder, identity, *hosts).cert_pem)
    assert made.subject.rfc4514_string() == f"CN={name}"
    assert list(made.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [usage]
    assert made.extensions.get_extension_for_class(x509.BasicConstraints).critical
    assert made.not_valid_before_utc == datetime(2020, 1, 1, tzinfo=UTC)  # a clock that is behind
    assert made.not_valid_after_utc.year == 2056


def test_no_certificate_outlives_the_authority(folder: Path) -> None:
    late = datetime(2060, 1, 1, tzinfo=UTC)
    made = pki.issue(folder, Identity.bridge(), now=late)
    authority = x509.load_pem_x509_certificate(pki.authority_certificate(folder))
    certificate = x509.load_pem_x509_certificate(made.cert_pem)
    assert certificate.not_valid_after_utc == authority.not_valid_after_utc
    with pytest.raises(PkiError, match="ended on 2066"):
        pki.issue(folder, Identity.bridge(), now=datetime(2070, 1, 1, tzinfo=UTC))


def test_private_keys_are_the_owners_alone(folder: Path, tmp_path: Path) -> None:
    issued(folder, Identity.gate("vg-01")).write(tmp_path / "gate")
    assert mode(folder) == mode(tmp_path / "gate") == 0o700
    assert mode(folder / "ca.key") == mode(tmp_path / "gate" / "key.pem") == 0o600


def test_an_authority_is_never_overwritten(folder: Path) -> None:
    before = (folder / "ca.key").read_bytes()
    with pytest.raises(PkiError, match="shut out every gate"):
        pki.create_authority(folder, "Again", now=NOW)
    assert (folder / "ca.key").read_bytes() == before
    assert sorted(path.name for path in folder.parent.iterdir()) == ["pki"]


def test_of_many_at_once_one_makes_the_authority(tmp_path: Path) -> None:
    outcomes: list[str] = []

    def attempt() -> None:
        try:
            pki.create_authority(tmp_path / "pki", "Race", now=NOW)
            outcomes.append("made")
        except PkiError:
            outcomes.append("refused")

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made"] + ["refused"] * 7
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pki"]
    issued(tmp_path / "pki", Identity.bridge())


@pytest.mark.parametrize(
    "name", ["", "ab", "x" * 41, "Vg-01", "vg_01", "viewer.a", "+++", "a/b", "vg-01\n", "bridge"]
)
def test_names_that_no_gate_may_have(name: str) -> None:
    with pytest.raises(PkiError, match="cannot be a gate_id"):
        Identity.gate(name)


@pytest.mark.parametrize("name", ["", "x" * 41, "Hall", "a.b", "#"])
def test_names_that_no_viewer_may_have(name: str) -> None:
    with pytest.raises(PkiError, match="cannot name a viewer"):
        Identity.viewer(name)


def test_hosts_belong_to_the_broker(folder: Path) -> None:
    with pytest.raises(PkiError, match="host names"):
        issued(folder, Identity.broker())
    with pytest.raises(PkiError, match="host names"):
        issued(folder, Identity.gate("vg-01"), "a.vn")
    with pytest.raises(PkiError, match="neither an IP address nor a host name"):
        issued(folder, Identity.broker(), "trường.vn")


def test_without_an_authority_the_remedy_is_named(tmp_path: Path) -> None:
    with pytest.raises(PkiError, match="gate-bridge init"):
        issued(tmp_path, Identity.bridge())
