"""The broker's folder and its life: restarts, lost data, a reloaded list, a quiet log."""

import os
import pwd
import stat
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gate_contract import topics
from gate_contract.errors import SchoolgateError
from gate_contract.topics import GateChannel
from server_bridge import pki
from server_bridge.broker import program
from server_bridge.broker.config import BrokerConfigError, write_broker_config
from server_bridge.pki import Identity
from tests.fakes.broker import Broker
from tests.fakes.mqtt_peer import Peer
from tests.fakes.patience import PATIENCE_S

NOW = datetime(2026, 9, 5, 7, 0, tzinfo=UTC)
COUNTS = topics.counts("thcs-a")
BRIDGE = Identity.bridge()
VIEWER = Identity.viewer("hall")


def retain_counts(broker: Broker) -> None:
    with Peer(broker, BRIDGE) as bridge:
        assert bridge.publish(COUNTS, b"12 inside", retain=True) == 0


def test_retained_counts_survive_a_restart(tmp_path: Path) -> None:
    with Broker(tmp_path) as broker:
        retain_counts(broker)
        broker.stop()
        broker.start()
        with Peer(broker, VIEWER) as viewer:
            viewer.subscribe(COUNTS)
            assert viewer.hear(COUNTS) == b"12 inside"


def test_a_broker_that_lost_everything_runs_again(tmp_path: Path) -> None:
    with Broker(tmp_path) as broker:
        retain_counts(broker)
        broker.stop()
        assert broker.persistence.exists()
        broker.start()
        broker.kill()
        broker.delete_persistence()
        broker.start()
        with Peer(broker, VIEWER) as viewer:
            viewer.subscribe(COUNTS)
            viewer.subscribe(COUNTS)
            assert viewer.messages == []
        retain_counts(broker)


def test_a_stolen_gate_is_shut_out_of_a_running_broker(tmp_path: Path) -> None:
    stolen, other = Identity.gate("vg-01"), Identity.gate("vg-02")
    theirs = topics.gate("vg-01", GateChannel.RECEIPT)
    with (
        Broker(tmp_path) as broker,
        Peer(broker, stolen) as thief,
        Peer(broker, other) as gate,
        Peer(broker, BRIDGE) as bridge,
    ):
        crossings = topics.gate("vg-01", GateChannel.CROSSINGS)
        assert thief.publish(crossings, b"x") == 0
        assert thief.subscribe(theirs) == 1
        broker.shut_out("vg-01")
        deadline = time.monotonic() + PATIENCE_S
        while thief.publish(crossings, b"x") != 0x87:
            assert time.monotonic() < deadline
        assert bridge.publish(theirs, b"secret") == 0
        thief.publish(crossings, b"x")  # its answer comes after anything delivered before
        assert thief.messages == []
        assert gate.publish(topics.gate("vg-02", GateChannel.CROSSINGS), b"x") == 0


def test_the_log_is_quiet_and_knows_no_content(tmp_path: Path) -> None:
    with Broker(tmp_path / "một thư mục") as broker:
        with Peer(broker, Identity.gate("vg-01")) as gate:
            gate.publish(topics.gate("vg-01", GateChannel.CROSSINGS), b"CONTENT")
            gate.publish(topics.gate("vg-02", GateChannel.CROSSINGS), b"CONTENT")
        broker.stop()
        lines = broker.log.splitlines()
    lines = [line for line in lines if "unexpected eof" not in line]  # how a peer hung up
    complaints = [line for line in lines if "Warning" in line or "Error" in line or "Note" in line]
    as_root = ["Mosquitto should not be run as root"] if os.geteuid() == 0 else []
    # That the patterns for every gate name no gate is meant so.
    meant = [line for line in complaints if "ACL pattern 'district/v1/roster" in line]
    assert len(meant) == 2
    assert len(complaints) == len(as_root) + len(meant)
    assert all(known in line for known, line in zip(as_root, complaints, strict=False))
    assert any("vg-01" in line for line in lines)
    assert not any("CONTENT" in line or "crossings" in line for line in lines)


def write(folder: Path, **changes: object) -> Path:
    authority = folder / "pki"
    if not authority.exists():
        pki.create_authority(authority, "Test", now=NOW)
    asked: dict[str, object] = {"authority": authority, "host": "127.0.0.1", "port": 8883}
    return write_broker_config(folder / "broker", now=NOW, **asked | changes)  # type: ignore[arg-type]


def test_the_folder_is_closed_and_without_the_authoritys_key(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path)  # renewed in place
    folder = tmp_path / "broker"
    found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    private = dict.fromkeys(
        ["acl", "ca.pem", "cert.pem", "key.pem", "mosquitto.conf", "revoked.pem"], 0o600
    )
    assert found == {**private, "data": 0o700}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_root_gives_the_folder_to_the_brokers_user(tmp_path: Path) -> None:
    configuration = write(tmp_path, user="nobody")
    owner = pwd.getpwnam("nobody").pw_uid
    paths = [configuration.parent, *configuration.parent.iterdir()]
    assert {path.stat().st_uid for path in paths} == {owner}
    assert "\nuser nobody\n" in configuration.read_text()
    assert (tmp_path / "pki" / "ca.key").stat().st_uid == 0


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({"port": 0}, "a port is 1-65535"),
        ({"port": 70000}, "a port is 1-65535"),
        ({"host": "0.0.0.0"}, "by which names or addresses"),  # noqa: S104
        ({"user": "no-such-user"}, "package mosquitto"),
        ({"host": "a b"}, "neither an IP address nor a host name"),
        ({"host": "a\nuser root", "names": ["a.vn"]}, "neither an IP address nor a host name"),
        ({"viewers": ["Bad Name"]}, "cannot name a viewer"),
        ({"shut_out": ["bridge"]}, "cannot be a gate_id"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    tmp_path: Path, changes: dict[str, object], remedy: str
) -> None:
    with pytest.raises(SchoolgateError, match=remedy):
        write(tmp_path, **changes)


def test_a_folder_that_would_forge_lines_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokerConfigError, match="cannot be told"):
        write(tmp_path / "a\nallow_anonymous true")


def test_a_missing_mosquitto_names_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(program, "SYSTEM_FOLDERS", "/nowhere")
    with pytest.raises(SchoolgateError, match="Debian package mosquitto"):
        program.find_mosquitto()
