"""The hardware settings of a gate without identity."""

from pathlib import Path

import pytest

from device.config import ConfigError
from device.provisioning.hardware import read_hardware, unprovisioned_config


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    config = unprovisioned_config(read_hardware(tmp_path), tmp_path)
    assert config.signals.red_pin == 17


@pytest.mark.parametrize(
    "text", ["[broker]\nhost = 'x'\n", "[gate]\nid = 'abc'\n", "no toml", "[camera]\nfps = 0\n"]
)
def test_hardware_says_nothing_that_is_the_districts(tmp_path: Path, text: str) -> None:
    (tmp_path / "hardware.toml").write_text(text)
    with pytest.raises(ConfigError):
        unprovisioned_config(read_hardware(tmp_path), tmp_path)
