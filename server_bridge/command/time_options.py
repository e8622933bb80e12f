"""Read and format times as people type them: local, with or without the time of day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import click

from server_bridge.clock import now_ms
from server_bridge.home import Home

MINUTE = "%Y-%m-%d %H:%M"
DAY = "%Y-%m-%d"
moment_type = click.DateTime([MINUTE, DAY])


@dataclass(frozen=True, slots=True)
class TypedTime:
    """A local time, or a whole day from that time on."""

    at: datetime
    whole_day: bool


def read_asked(
    context: click.Context, parameter: click.Parameter, typed: str | None
) -> TypedTime | None:
    """Parse an option's value; a callback of click."""
    if typed is None:
        return None
    at: datetime = moment_type.convert(typed, parameter, context)
    return TypedTime(at, whole_day=":" not in typed)


def utc_ms(home: Home, local: datetime) -> int:
    """Convert a local time to UTC in ms."""
    return int(local.replace(tzinfo=home.zone).timestamp() * 1000)


def local(home: Home, at_ms: int) -> datetime:
    """Convert UTC in ms to local time."""
    return datetime.fromtimestamp(at_ms / 1000, home.zone)


def shown(home: Home, at_ms: int) -> str:
    """Format UTC in ms as people type it."""
    return local(home, at_ms).strftime(MINUTE)


def as_of(home: Home, asked: TypedTime | None) -> int:
    """Return the time of a list (UTC in ms).

    Without a typed time it is now. A day alone means its end, and today alone means now.
    """
    now = now_ms()
    if asked is None:
        return now
    if not asked.whole_day:
        return utc_ms(home, asked.at)
    end = utc_ms(home, asked.at + timedelta(days=1)) - 1
    return now if asked.at.date() == today(home) else end


def today(home: Home) -> date:
    """Return the local date of the schools."""
    return datetime.now(home.zone).date()
