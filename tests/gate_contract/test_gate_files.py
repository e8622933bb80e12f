"""The files that put a gate into service: what they hold, and in which order they are written."""

import tomllib

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from gate_contract.gate_files import (
    Tables,
    file_contents,
    from_settings,
    key_lines,
    public_keys,
    toml,
)
from gate_contract.id_documents import IdKind
from gate_contract.orders import ManagedSettings, VisitorPapers
from tests.builders.orders import GATE_ID, KEY_ID, PUBLIC

SEAL_TO = X25519PrivateKey.from_private_bytes(bytes(range(32))).public_key().public_bytes_raw()
SETTINGS = ManagedSettings(
    version=3,
    timezone="Asia/Ho_Chi_Minh",
    broker_host="broker.example.vn",
    broker_port=8883,
    repeat_window_s=9.0,
    card_keys={KEY_ID: PUBLIC},
    order_keys={KEY_ID: PUBLIC},
    visitors=VisitorPapers(accept=[IdKind.CCCD], key=bytes(32), seal_to=SEAL_TO),
)
FILES = from_settings(GATE_ID, SETTINGS, cert_pem=b"cert", key_pem=b"key", ca_pem=b"ca")


def test_the_configuration_is_written_last_because_services_wait_for_it() -> None:
    names = [file.name for file in file_contents(FILES)]
    assert names == ["tls/ca.pem", "tls/cert.pem", "tls/key.pem", "gate.toml"]


def test_the_private_key_is_for_its_owner_only() -> None:
    modes = {file.name: file.mode for file in file_contents(FILES)}
    assert modes["tls/key.pem"] == 0o600
    assert modes["gate.toml"] == 0o644


def test_the_configuration_holds_the_settings_and_the_hardware() -> None:
    hardware: Tables = {"gate": {"language": "en", "id": "another"}, "signals": {"red_pin": 5}}
    told = tomllib.loads(file_contents(FILES, hardware)[-1].content.decode())
    assert told["gate"] == {
        "id": GATE_ID,
        "direction": "auto",
        "timezone": "Asia/Ho_Chi_Minh",
        "repeat_window_s": 9.0,
        "language": "en",
    }
    assert told["signals"] == {"red_pin": 5}
    assert told["broker"] == {"host": "broker.example.vn", "port": 8883}
    assert told["visitors"]["accept"] == ["cccd"]


def test_keys_are_read_back_from_their_lines() -> None:
    lines = key_lines(public_keys({KEY_ID: PUBLIC}))
    assert tomllib.loads(lines) == tomllib.loads(toml({"k": tomllib.loads(lines)}))["k"]
