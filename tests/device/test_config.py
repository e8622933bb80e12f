"""The configuration: the sample documents it, and mistakes are named."""

import re
from pathlib import Path

import pytest

from device.config import ConfigError, load, parse, sample

SAMPLE = sample()


def changed(old: str, new: str) -> bytes:
    assert old in SAMPLE
    return SAMPLE.replace(old, new, 1).encode()


def test_the_sample_can_be_used(tmp_path: Path) -> None:
    config = parse(SAMPLE.encode(), tmp_path)
    assert config.gate.id == "vg-phungcong-01"
    assert list(config.public_keys) == [1]
    assert config.direction is None
    assert config.path(config.broker.ca) == tmp_path / "tls/ca.pem"


def test_the_least_configuration_has_the_samples_defaults(tmp_path: Path) -> None:
    key = re.search(r'^1 = "(.+)"$', SAMPLE, re.MULTILINE)
    assert key
    least = (
        f'[gate]\nid = "vg-phungcong-01"\n[cards.keys]\n1 = "{key[1]}"\n'
        '[broker]\nhost = "broker.example.vn"\n'
    )
    assert parse(least.encode(), tmp_path) == parse(SAMPLE.encode(), tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('direction = "auto"', 'direction = "both"', "direction"),
        ('direction = "auto"', 'directoin = "auto"', "directoin"),
        ("[clock]", "[colck]", "colck"),
        ('id = "vg-phungcong-01"', 'id = "Phụng Công"', "gate.id"),
        ('id = "vg-phungcong-01"', 'id = "vg-01\\n"', "gate.id"),
        ('id = "vg-phungcong-01"', "", "id"),
        ("Asia/Ho_Chi_Minh", "Asia/Atlantis", "Asia/Atlantis"),
        ("Asia/Ho_Chi_Minh", "../etc/passwd", "timezone"),
        ("repeat_window_s = 5.0", "repeat_window_s = -5.0", "repeat_window_s"),
        ("repeat_window_s = 5.0", "repeat_window_s = ", "gate config sample"),
        ("port = 8883", "port = 88830", "port"),
        ("red_pin = 17", "red_pin = 27", "pin"),
        ('source = "picamera2"', 'source = "replay"', "camera.path"),
        ('\n1 = "', '\n1000 = "', "key_id"),
        ('\n1 = "', '\n1 = "AAAA', "public key"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(named)):
        parse(changed(old, new), tmp_path)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="gate config sample"):
        parse(b"\xff\xfe\x00", tmp_path)


def test_the_folder_is_no_setting(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="folder"):
        parse(b'folder = "/elsewhere"\n' + SAMPLE.encode(), tmp_path)


def test_a_missing_file_says_where_configurations_come_from(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="gate-bridge gate add"):
        load(tmp_path / "gate.toml")
