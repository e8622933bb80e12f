"""Read the file of alert channels. It is separate from the settings because it holds passwords."""

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
    """The file of channels cannot be used; the message states the remedy."""


class AlertChannel(Struct, frozen=True, forbid_unknown_fields=True):
    """A recipient of alerts; empty `units` or `kinds` mean all.

    `units` includes all units below the given ones.
    """

    name: Annotated[str, Meta(pattern="^[a-z0-9-]{1,40}$")]
    urls: Annotated[tuple[str, ...], Meta(min_length=1)]
    units: tuple[str, ...] = ()
    kinds: tuple[AlertKind, ...] = ()
    language: Lang = Lang.VI

    def receives(self, kind: AlertKind, line: Collection[str]) -> bool:
        """Return whether the channel receives `kind` at a unit.

        `line` is that unit and all units above it; empty for the server itself.
        """
        return (not self.kinds or kind in self.kinds) and (
            not self.units or not line or any(unit_id in line for unit_id in self.units)
        )


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    channel: tuple[AlertChannel, ...] = ()


@dataclass(frozen=True, slots=True)
class Channels:
    """All alert channels."""

    all: Sequence[AlertChannel] = ()

    def find(self, name: str) -> AlertChannel | None:
        """Return the channel of this name, or None."""
        return next((channel for channel in self.all if channel.name == name), None)


def read_channels(path: Path | None) -> Channels:
    """Return the channels of a file, or none without a file. Raises ChannelsError."""
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
            f"{path} holds passwords, and other users may read it. Run: chmod 600 {path}"
        )
    try:
        found = msgspec.toml.decode(content, type=_File).channel
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ChannelsError(f"{path}: {error}. See docs/how-to/alerts.md") from error
    names = [channel.name for channel in found]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ChannelsError(f"{path}: two channels are called {min(twice)}; rename one")
    return Channels(found)
