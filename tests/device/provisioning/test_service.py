"""A gate without identity, a ticket, and a real enrolment server: by file and by hand-over."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec.structs import replace

from device.config import load
from device.orders.effective_config import load_effective
from device.provisioning import enrolment_client
from device.provisioning.enrolment import Ask
from device.provisioning.handover import (
    OFFER_NAME,
    PROGRESS_NAME,
    EnrolmentProgress,
    Offer,
)
from device.provisioning.service import Enroller
from device.provisioning.wifi import time_servers, write_system_files
from device.status_files import read_file, write_file
from gate_contract.enrolment import Enrolment
from gate_contract.errors import SchoolgateError
from gate_contract.ledger_signature import key_text
from gate_contract.notices import SetupNotice
from gate_contract.ticket import Ticket
from server_bridge.fleet.tickets import MadeTicket, Wifi
from server_bridge.store.gates.certificates import public_keys, revoke_certificates
from tests.fakes import enrolment
from tests.fakes.broker import free_port
from tests.fakes.enrolment import DAY_MS, enrolment_district

HARDWARE = '[gate]\nstate_dir = "state"\nrun_dir = "run"\n[signals]\ndriver = "none"\n'


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[enrolment.Enrolment]:
    with enrolment_district(tmp_path_factory.mktemp("district") / "bridge") as made:
        yield made


class Device:
    """An SD card: its boot partition's folder, and /etc/schoolgate."""

    def __init__(self, folder: Path) -> None:
        self.boot, self.etc = folder / "boot", folder / "etc"
        self.boot.mkdir(parents=True)
        self.etc.mkdir()
        (self.boot / "hardware.toml").write_text(HARDWARE)

    def put(self, made: MadeTicket, pin: str | None = "") -> None:
        """Write a ticket as `gate-image provision` does."""
        for old in self.boot.glob("*.ticket"):
            old.unlink()
        (self.boot / f"{made.gate_id}.ticket").write_text(made.text + "\n")
        (self.boot / "pin.txt").write_text((made.pin or "") if pin == "" else (pin or ""))

    def start(self, ask: Ask = enrolment_client.ask) -> SetupNotice:
        """Start gate-enrol, which tries once."""
        done = Enroller(self.etc, self.boot, ask).step()
        told = read_file(self.etc / "state" / PROGRESS_NAME, EnrolmentProgress)
        assert told
        assert done is (told.notice is SetupNotice.ENROLLED) is (self.etc / "gate.toml").exists()
        return told.notice


@pytest.fixture
def device(tmp_path: Path) -> Device:
    return Device(tmp_path)


def test_a_ticket_on_the_boot_partition_makes_a_gate(
    district: enrolment.Enrolment, device: Device
) -> None:
    made = district.ticket("vg-file-01", sealed=True, wifi=Wifi("THCS A", "mat khau 1"))
    device.put(made)
    assert device.start() is SetupNotice.ENROLLED
    config = load(device.etc / "gate.toml")
    assert (config.gate.id, config.gate.direction) == ("vg-file-01", "in")
    assert config.order_keys.keys() == {1}
    assert config.visitors.accept == ["cccd"]
    assert config.gate.state_dir == "state"
    cert = x509.load_pem_x509_certificate((device.etc / "tls" / "cert.pem").read_bytes())
    key = serialization.load_pem_private_key((device.etc / "tls" / "key.pem").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert cert.public_key() == key.public_key()
    assert cert.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "vg-file-01"
    assert (device.etc / "tls" / "key.pem").stat().st_mode & 0o777 == 0o600
    with district.database.read() as connection:
        assert public_keys(connection, "vg-file-01") == [key_text(key.public_key())]
    assert load_effective(device.etc / "gate.toml").settings_version > 0


def test_a_scanned_ticket_is_taken_from_where_gate_scan_puts_it(
    district: enrolment.Enrolment, device: Device
) -> None:
    made = district.ticket("vg-scan-01", sealed=True)
    write_file(device.etc / "run" / OFFER_NAME, Offer(made.text, made.pin))
    assert device.start() is SetupNotice.ENROLLED


def test_nobody_else_ever_sees_the_private_key(
    district: enrolment.Enrolment, device: Device
) -> None:
    sent: list[bytes] = []

    def listen(ticket: Ticket, token: bytes, csr: bytes) -> Enrolment:
        sent.append(csr)
        return enrolment_client.ask(ticket, token, csr)

    device.put(district.ticket("vg-key-01"))
    assert device.start(listen) is SetupNotice.ENROLLED
    assert b"CERTIFICATE REQUEST" in sent[0]
    assert b"PRIVATE" not in sent[0]
    kept = [path for path in district.home.folder.rglob("*") if path.is_file()]
    key = (device.etc / "tls" / "key.pem").read_text().splitlines()[1]
    assert not [path for path in kept if key.encode() in path.read_bytes()]


def test_a_lost_answer_is_asked_for_again_by_the_same_gate_only(
    district: enrolment.Enrolment, device: Device, tmp_path: Path
) -> None:
    def cut(ticket: Ticket, token: bytes, csr: bytes) -> Enrolment:
        enrolment_client.ask(ticket, token, csr)
        raise enrolment_client.NoEnrolmentServerError("the power went out")

    made = district.ticket("vg-again-01")
    device.put(made)
    assert device.start(cut) is SetupNotice.NO_SERVER
    thief = Device(tmp_path / "thief")
    thief.put(made)
    assert thief.start() is SetupNotice.USED
    assert device.start() is SetupNotice.ENROLLED


def test_bad_tickets_are_refused_each_by_its_own_notice(
    district: enrolment.Enrolment, device: Device, tmp_path: Path
) -> None:
    made = district.ticket("vg-bad-01", sealed=True)
    device.put(made, pin="2222222222")
    assert device.start() is SetupNotice.WRONG_PIN
    device.put(made, pin=None)
    assert device.start() is SetupNotice.WRONG_PIN
    altered = made.text.replace(made.text[200:203], made.text[201:204])
    (device.boot / "vg-bad-01.ticket").write_text(altered)
    assert device.start() is SetupNotice.ALTERED
    (device.boot / "district.pub").write_text("A" * 43 + "=")
    device.put(made)
    assert device.start() is SetupNotice.FOREIGN
    (device.boot / "district.pub").unlink()
    district.now.ms += 8 * DAY_MS
    assert device.start() is SetupNotice.EXPIRED
    newer = district.ticket("vg-bad-01")
    with district.database.write() as connection:
        revoke_certificates(connection, "vg-bad-01", district.now())
    device.put(newer)
    assert device.start() is SetupNotice.EXPIRED, "a revoked gate's ticket ends with it"


def test_a_ticket_that_this_desk_never_made_is_foreign(
    district: enrolment.Enrolment, device: Device
) -> None:
    made = district.ticket("vg-other-01")
    device.put(made)
    with district.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM tickets WHERE gate_id = 'vg-other-01'")
    assert device.start() is SetupNotice.FOREIGN


def test_a_desk_with_another_authority_is_not_believed(
    district: enrolment.Enrolment, device: Device
) -> None:
    def elsewhere(ticket: Ticket, token: bytes, csr: bytes) -> Enrolment:
        return enrolment_client.ask(replace(ticket, ca=bytes(32)), token, csr)

    device.put(district.ticket("vg-trap-01"))
    assert device.start(elsewhere) is SetupNotice.NO_SERVER
    assert device.start() is SetupNotice.ENROLLED


def test_without_a_network_or_a_desk_it_says_so_and_goes_on(
    district: enrolment.Enrolment, device: Device
) -> None:
    def no_name(ticket: Ticket, token: bytes, csr: bytes) -> Enrolment:
        return enrolment_client.ask(replace(ticket, host="nowhere.invalid"), token, csr)

    def no_desk(ticket: Ticket, token: bytes, csr: bytes) -> Enrolment:
        return enrolment_client.ask(replace(ticket, port=free_port()), token, csr)

    device.put(district.ticket("vg-net-01"))
    assert device.start(no_name) is SetupNotice.NO_NETWORK
    assert device.start(no_desk) is SetupNotice.NO_SERVER
    assert device.start() is SetupNotice.ENROLLED


def test_a_refused_ticket_is_not_tried_again_and_another_one_is(
    district: enrolment.Enrolment, device: Device
) -> None:
    asked: list[str] = []

    def count(ticket: Ticket, token: bytes, csr: bytes) -> Enrolment:
        asked.append(ticket.gate_id)
        return enrolment_client.ask(ticket, token, csr)

    made = district.ticket("vg-once-01", days=1)
    better = district.ticket("vg-once-02", days=9)
    district.now.ms += 2 * DAY_MS
    device.put(made)
    enroller = Enroller(device.etc, device.boot, count)
    assert [enroller.step() for _ in range(3)] == [False] * 3
    assert asked == ["vg-once-01"]
    device.put(better)
    assert enroller.step()
    assert asked == ["vg-once-01", "vg-once-02"]


def test_the_wifi_of_a_ticket_and_the_districts_clock_reach_the_system(
    district: enrolment.Enrolment, device: Device
) -> None:
    device.put(district.ticket("vg-wifi-01", wifi=Wifi('Trường "A"', 'pass "word" #1')))
    assert write_system_files(device.etc, None) == []
    assert device.start() is SetupNotice.ENROLLED
    system = device.etc / "system"
    wanted = [system / "wpa_supplicant.conf", system / "timesyncd.conf"]
    assert write_system_files(device.etc, "gates.example.vn") == wanted
    assert write_system_files(device.etc, "gates.example.vn") == [], (
        "what is the same is left alone"
    )
    text = wanted[0].read_text()
    ssid = next(line for line in text.splitlines() if "    ssid=" in line).partition("=")[2]
    assert bytes.fromhex(ssid).decode() == 'Trường "A"'
    assert '    psk="pass "word" #1"' in text.splitlines()
    assert wanted[0].stat().st_mode & 0o777 == 0o600
    assert "NTP=gates.example.vn " in wanted[1].read_text()


@pytest.mark.parametrize(
    "wifi", ['{"ssid":"a","password":"1234567\\n"}', '{"ssid":"a","evil":1}', "["]
)
def test_nothing_but_a_wifi_becomes_a_file_of_roots(device: Device, wifi: str) -> None:
    (device.etc / "wifi.json").write_text(wifi)
    with pytest.raises(SchoolgateError):
        write_system_files(device.etc, None)
    with pytest.raises(SchoolgateError):
        time_servers("a\nb")
    assert not (device.etc / "system" / "wpa_supplicant.conf").exists()
