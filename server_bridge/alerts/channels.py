"""Who is told of what: the file of channels, apart from the settings, for it holds passwords."""

import stat
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from gate_contract.errors import SchoolgateError
from server_bridge.alert_kinds import AlertKind
from server_bridge.i18n.phrases import Lang


class ChannelsError(SchoolgateError):
    """The file of channels cannot be used; the message names the remedy."""


class AlertChannel(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who is told. `units`: of these and below, () all; `kinds`: () all."""

    name: Annotated[str, Meta(pattern="^[a-z0-9-]{1,40}$")]
    urls: Annotated[tuple[str, ...], Meta(min_length=1)]
    units: tuple[str, ...] = ()
    kinds: tuple[AlertKind, ...] = ()
    language: Lang = Lang.VI

    def hears(self, kind: AlertKind, line: Collection[str]) -> bool:
        """Whether it is told of `kind` at a unit; `line`: that unit and all above it."""
        return (not self.kinds or kind in self.kinds) and (
            not self.units or not line or any(unit_id in line for unit_id in self.units)
        )


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    channel: tuple[AlertChannel, ...] = ()


@dataclass(frozen=True, slots=True)
class Channels:
    """All of them, by name."""

    all: Sequence[AlertChannel] = ()

    def find(self, name: str) -> AlertChannel | None:
        return next((channel for channel in self.all if channel.name == name), None)


def read_channels(path: Path | None) -> Channels:
    """The channels of a file; None: nobody is told. Raises ChannelsError."""
    if path is None:
        return Channels()
    try:
        mode = path.stat().st_mode
        content = path.read_bytes()
    except OSError as error:
        raise ChannelsError(
            f"{path}: {error.strerror}; see alerts.channels in bridge.toml"
        ) from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ChannelsError(
            f"{path} holds passwords, and others may read it. Run: chmod 600 {path}"
        )
    try:
        found = msgspec.toml.decode(content, type=_File).channel
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ChannelsError(f"{path}: {error}. See docs/how-to/alerts.md") from error
    names = [channel.name for channel in found]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ChannelsError(f"{path}: two channels are called {min(twice)}; rename one")
    return Channels(found)
