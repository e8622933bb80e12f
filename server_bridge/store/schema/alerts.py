"""Define the tables of alerts and of the messages about them. Times are UTC in ms."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, text

from server_bridge.store.schema.base import BigKey, metadata

STILL_OPEN = text("resolved_ms IS NULL")

alerts = Table(
    "alerts",
    metadata,
    Column("alert", BigKey, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("subject", String(60), nullable=False),
    Column("unit_id", ForeignKey("units.unit_id")),
    Column("detail", String(200), nullable=False),
    Column("since_ms", BigInteger, nullable=False),
    Column("raised_ms", BigInteger, nullable=False),
    Column("acknowledged_ms", BigInteger),
    Column("acknowledged_by", ForeignKey("accounts.account")),
    Column("resolved_ms", BigInteger),
    Index("alerts_by_time", "raised_ms"),
    Index(
        "alerts_open",
        "kind",
        "subject",
        unique=True,
        sqlite_where=STILL_OPEN,
        postgresql_where=STILL_OPEN,
    ),
    comment="Alerts; at most one open one of a kind and subject. "
    "`subject`: a gate, a card, a certificate. `detail`: codes, never of a person.",
)

alert_messages = Table(
    "alert_messages",
    metadata,
    Column("message", BigKey, primary_key=True),
    Column("channel", String(40), nullable=False),
    Column("news", String(10), nullable=False),
    Column("title", String(300), nullable=False),
    Column("body", String(4_000), nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("next_ms", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("sent_ms", BigInteger),
    Column("dropped_ms", BigInteger),
    Column("error", String(500), nullable=False),
    Index("alert_messages_by_time", "made_ms"),
    comment="Messages to channels. `news`: raised or resolved. Neither sent nor dropped: it is "
    "tried again at `next_ms`.",
)

alert_mentions = Table(
    "alert_mentions",
    metadata,
    Column("alert", ForeignKey("alerts.alert"), primary_key=True),
    Column("channel", String(40), primary_key=True),
    Column("news", String(10), primary_key=True),
    Column("message", ForeignKey("alert_messages.message"), nullable=False),
    Index("alert_mentions_by_message", "message"),
    comment="Which message told a channel of an alert: one for each channel, alert and event.",
)
