"""The sample configurations document the settings: they are complete, and show the defaults."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import NODEFAULT, Struct

from device import config
from device.config import Config, ConfigError
from server_bridge import settings
from server_bridge.settings import Settings

REQUIRED = {"gate.toml": {"gate.id", "cards.keys", "broker.host"}, "bridge.toml": set[str]()}


def walk(kind: type[Struct], before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every setting as `section.name` with its default."""
    for field in msgspec.structs.fields(kind):
        name = f"{before}{field.encode_name}"
        if isinstance(field.type, type) and issubclass(field.type, Struct):
            yield from walk(field.type, f"{name}.")
        elif name != "folder":  # where the file was found; parse refuses it as a setting
            made = field.default_factory
            yield name, field.default if made is NODEFAULT else made()


SAMPLES = {
    "gate.toml": (config.sample(), dict(walk(Config))),
    "bridge.toml": (settings.sample(), dict(walk(Settings))),
}


def table(name: str) -> dict[str, Any]:
    """Return the sample's settings as `section.name`."""
    return {
        f"{section}.{key}": value
        for section, values in tomllib.loads(SAMPLES[name][0]).items()
        for key, value in values.items()
    }


@pytest.mark.parametrize("name", SAMPLES)
def test_the_sample_has_every_setting_and_no_other(name: str) -> None:
    _, settings = SAMPLES[name]
    assert len(settings) >= 8
    assert table(name).keys() == settings.keys()


@pytest.mark.parametrize("name", SAMPLES)
def test_the_sample_shows_the_defaults(name: str) -> None:
    _, settings = SAMPLES[name]
    shown = table(name)
    defaults = {key: default for key, default in settings.items() if default is not NODEFAULT}
    assert {key: shown[key] for key in defaults} == defaults
    for key, default in defaults.items():
        assert type(shown[key]) is (str if isinstance(default, str) else type(default)), key


@pytest.mark.parametrize("name", SAMPLES)
def test_required_settings_say_so_and_no_other_does(name: str) -> None:
    text, settings = SAMPLES[name]
    required = {key for key, default in settings.items() if default is NODEFAULT}
    assert required == REQUIRED[name]
    section, marked = "", set()
    for line in text.splitlines():
        if heading := re.match(r"\[([\w.]+)\]", line):
            section = heading[1]
        if "# required" in line:
            setting = re.match(r"(\w+) =", line)
            marked.add(f"{section}.{setting[1]}" if setting else section)
    assert marked == required


def test_the_gates_sample_is_a_configuration(tmp_path: Path) -> None:
    parsed = config.parse(config.sample().encode(), tmp_path)
    assert parsed.public_keys.keys() == {1}


def test_the_bridges_sample_is_its_defaults() -> None:
    assert msgspec.toml.decode(settings.sample(), type=Settings) == Settings()


@pytest.mark.parametrize("line", ["repeat_window = 5", "folder = '/'"])
def test_a_setting_that_is_not_in_the_sample_is_refused(line: str, tmp_path: Path) -> None:
    for text in (
        config.sample().replace("[gate]\n", f"[gate]\n{line}\n"),
        f"{line}\n{config.sample()}",
    ):
        with pytest.raises(ConfigError):
            config.parse(text.encode(), tmp_path)
