"""The tables of accounts, sessions, tokens and announced topics. Times: UTC in ms."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, false

from server_bridge.store.schema.base import NAME_LENGTH, BigKey, metadata

accounts = Table(
    "accounts",
    metadata,
    Column("account", BigKey, primary_key=True),
    Column("name", String(60), nullable=False, unique=True),
    Column("password", String(200)),
    Column("subject", String(NAME_LENGTH), unique=True),
    Column("disabled", Boolean, nullable=False, server_default=false()),
    Column("added_ms", BigInteger, nullable=False),
    comment="`subject`: who this is at the OpenID provider. Without `password`, only by that.",
)

grants = Table(
    "grants",
    metadata,
    Column("account", ForeignKey("accounts.account"), primary_key=True),
    Column("unit_id", ForeignKey("units.unit_id"), primary_key=True),
    Column("role", String(20), primary_key=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("account", ForeignKey("accounts.account"), nullable=False),
    Column("began_ms", BigInteger, nullable=False),
    Column("seen_ms", BigInteger, nullable=False),
    Index("sessions_by_account", "account"),
    comment="Who is signed in. The token itself is in the browser's cookie only.",
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("who", String(100), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_ms", BigInteger, nullable=False),
    comment="`name:...` or `address:...`, hashed; forgotten after an hour.",
)

access_log = Table(
    "access_log",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("account", ForeignKey("accounts.account")),
    Column("action", String(40), nullable=False),
    Column("unit_id", String(40)),
    Column("detail", String(300), nullable=False),
    Index("access_log_by_time", "at_ms"),
    Index("access_log_by_unit", "unit_id", "at_ms"),
    comment="Who signed in, looked at people or exported them, and who granted what to whom.",
)

tokens = Table(
    "tokens",
    metadata,
    Column("token", BigKey, primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("unit_id", ForeignKey("units.unit_id"), nullable=False),
    Column("note", String(NAME_LENGTH), nullable=False),
    Column("added_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("revoked_ms", BigInteger),
    Column("used_ms", BigInteger),
    comment="Programs that may read counts of a unit and of all below it. The token itself is kept "
    "by its program only.",
)

discovery_topics = Table(
    "discovery_topics",
    metadata,
    Column("topic", String(200), primary_key=True),
    comment="Where Home Assistant was ever told of a unit or a gate: the broker retains it, so it "
    "has to be taken back.",
)
