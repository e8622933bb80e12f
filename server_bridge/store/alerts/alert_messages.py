"""Messages about alerts: made once for each channel, tried until they are taken."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from server_bridge.store.schema.alerts import alert_mentions, alert_messages, alerts

News = Literal["raised", "resolved"]

MINUTE_MS = 60_000
PAUSES_MIN = (1, 2, 5, 10, 20, 30, 60)
"""Between one try and the next; then every hour."""
DROPPED_AFTER_MS = 24 * 60 * MINUTE_MS


@dataclass(frozen=True, slots=True)
class AlertMessage:
    """Times are UTC in ms. `error`: why the last try failed."""

    message: int
    channel: str
    news: News
    title: str
    body: str
    made_ms: int
    next_ms: int
    tries: int
    sent_ms: int | None
    dropped_ms: int | None
    error: str


def untold(connection: sa.Connection, channel: str, news: News) -> set[int]:
    """Alerts of which a channel has not been told this. That one is over is told only to whoever
    was told that it had begun."""
    told = _mentioned(channel, news)
    if news == "raised":
        query = sa.select(alerts.c.alert).where(alerts.c.resolved_ms.is_(None))
    else:
        query = (
            sa.select(alerts.c.alert)
            .join(alert_mentions, alert_mentions.c.alert == alerts.c.alert)
            .join(alert_messages, alert_messages.c.message == alert_mentions.c.message)
            .where(
                alert_mentions.c.channel == channel,
                alert_mentions.c.news == "raised",
                alert_messages.c.sent_ms.is_not(None),
                alerts.c.resolved_ms.is_not(None),
            )
        )
    return set(connection.execute(query.where(alerts.c.alert.not_in(told))).scalars())


def make_message(
    connection: sa.Connection,
    channel: str,
    news: News,
    numbers: Collection[int],
    words: tuple[str, str],
    now_ms: int,
) -> int:
    """Keep a message, `words` its title and body, about these alerts. Returns its number."""
    message: int = connection.execute(
        alert_messages.insert()
        .values(
            channel=channel,
            news=news,
            title=words[0][:300],
            body=words[1][:4_000],
            made_ms=now_ms,
            next_ms=now_ms,
            tries=0,
            error="",
        )
        .returning(alert_messages.c.message)
    ).scalar_one()
    connection.execute(
        alert_mentions.insert(),
        [
            {"alert": number, "channel": channel, "news": news, "message": message}
            for number in sorted(numbers)
        ],
    )
    return message


def due(connection: sa.Connection, now_ms: int) -> list[AlertMessage]:
    """What is to be tried now, in the order in which it was made."""
    return _read(connection, _waiting() & (alert_messages.c.next_ms <= now_ms))


def waiting(connection: sa.Connection) -> list[AlertMessage]:
    """What has not been sent yet."""
    return _read(connection, _waiting())


def last_made_ms(connection: sa.Connection, channel: str, news: News) -> int:
    """When a channel's newest message of such news was made; 0: never."""
    query = sa.select(sa.func.max(alert_messages.c.made_ms)).where(
        alert_messages.c.channel == channel, alert_messages.c.news == news
    )
    return connection.execute(query).scalar() or 0


def note_sent(connection: sa.Connection, message: int, now_ms: int) -> None:
    """It was taken."""
    _change(connection, message, sent_ms=now_ms, error="", tries=alert_messages.c.tries + 1)


def note_failed(connection: sa.Connection, message: AlertMessage, error: str, now_ms: int) -> None:
    """It was not; it is tried again later, for a day."""
    pause = PAUSES_MIN[min(message.tries, len(PAUSES_MIN) - 1)] * MINUTE_MS
    dropped = now_ms if now_ms - message.made_ms > DROPPED_AFTER_MS else None
    _change(
        connection,
        message.message,
        tries=message.tries + 1,
        error=error[:500],
        next_ms=now_ms + pause,
        dropped_ms=dropped,
    )


def drop_overtaken(connection: sa.Connection, now_ms: int) -> None:
    """Messages that were never sent, about alerts that are all over by now, are not sent at all."""
    still = (
        sa.select(alert_mentions.c.message)
        .join(alerts)
        .where(alerts.c.resolved_ms.is_(None))
        .scalar_subquery()
    )
    connection.execute(
        alert_messages.update()
        .where(
            _waiting(),
            alert_messages.c.news == "raised",
            alert_messages.c.tries > 0,
            alert_messages.c.message.not_in(still),
        )
        .values(dropped_ms=now_ms)
    )


def messages_of(
    connection: sa.Connection, numbers: Collection[int]
) -> dict[int, list[AlertMessage]]:
    """The messages about these alerts, by alert."""
    query = (
        sa.select(alert_mentions.c.alert, *_columns())
        .join(alert_messages)
        .where(alert_mentions.c.alert.in_(numbers))
        .order_by(alert_messages.c.message)
    )
    found: dict[int, list[AlertMessage]] = {}
    for alert, *rest in connection.execute(query):
        found.setdefault(alert, []).append(AlertMessage(*rest))
    return found


def _mentioned(channel: str, news: News) -> sa.ScalarSelect[int]:
    return (
        sa.select(alert_mentions.c.alert)
        .where(alert_mentions.c.channel == channel, alert_mentions.c.news == news)
        .scalar_subquery()
    )


def _waiting() -> sa.ColumnElement[bool]:
    return alert_messages.c.sent_ms.is_(None) & alert_messages.c.dropped_ms.is_(None)


def _columns() -> list[sa.Column[Any]]:
    return [alert_messages.c[name] for name in AlertMessage.__slots__]


def _read(connection: sa.Connection, where: sa.ColumnElement[bool]) -> list[AlertMessage]:
    query = sa.select(*_columns()).where(where).order_by(alert_messages.c.message)
    return [AlertMessage(*row) for row in connection.execute(query)]


def _change(connection: sa.Connection, message: int, **values: object) -> None:
    connection.execute(
        alert_messages.update().where(alert_messages.c.message == message).values(**values)
    )
