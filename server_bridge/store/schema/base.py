"""Define the central tables: units, gates, cards, crossings, counts. Times are UTC in ms.

Days are local.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    false,
)

metadata = MetaData()

NAME_LENGTH = 200

BigKey = BigInteger().with_variant(Integer, "sqlite")  # in SQLite only INTEGER is auto-incremented

revision = Table(
    "revision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", BigInteger, nullable=False),
    comment="One row; grows with every change that a page could show.",
)

units = Table(
    "units",
    metadata,
    Column("unit_id", String(40), primary_key=True),
    Column("name", String(NAME_LENGTH), nullable=False),
    Column("level", String(20), nullable=False),
    Column("parent_id", ForeignKey("units.unit_id")),
    comment="The organisation tree; a school is a leaf.",
)

gates = Table(
    "gates",
    metadata,
    Column("gate_id", String(40), primary_key=True),
    Column("unit_id", ForeignKey("units.unit_id"), nullable=False),
    Column("added_ms", BigInteger, nullable=False),
    Column("shut_out", Boolean, nullable=False, server_default=false()),
    Column("public_key", String(200)),
    Column("retired_ms", BigInteger),
)

viewers = Table(
    "viewers",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("added_ms", BigInteger, nullable=False),
    Column("unit_id", String(40)),
    comment="Certificates that may read the counts topics; with a unit, its own and those below, "
    "and the health of the gates there.",
)

cards = Table(
    "cards",
    metadata,
    Column("card_id", String(16), primary_key=True),
    Column("key_id", Integer, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("unit_id", ForeignKey("units.unit_id"), nullable=False),
    Column("not_before", Date, nullable=False),
    Column("expires", Date, nullable=False),
    Column("text", String(200), nullable=False),
    Column("issued_ms", BigInteger, nullable=False),
)

ledgers = Table(
    "ledgers",
    metadata,
    Column("ledger", BigKey, primary_key=True),
    Column("gate_id", ForeignKey("gates.gate_id"), nullable=False),
    Column("ledger_id", String(32), nullable=False),
    Column("stored_through", BigInteger, nullable=False),
    Column("chain", String(64), nullable=False),
    Column("missing", BigInteger, nullable=False),
    Column("proven_from", BigInteger, nullable=False),
    Column("proven_chain", String(64), nullable=False),
    Column("first_ms", BigInteger, nullable=False),
    Column("last_ms", BigInteger, nullable=False),
    Column("last_crossing_ms", BigInteger),
    Index("ledgers_identity", "gate_id", "ledger_id", unique=True),
    comment="How far each ledger is stored. From `proven_from` on its chain is proven.",
)

signed_heads = Table(
    "signed_heads",
    metadata,
    Column("ledger", ForeignKey("ledgers.ledger"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("chain", String(64), nullable=False),
    Column("signature", String(120), nullable=False),
    comment="The last head of each day that a gate has signed.",
)

boots = Table(
    "boots",
    metadata,
    Column("ledger", ForeignKey("ledgers.ledger"), primary_key=True),
    Column("boot_id", String(32), primary_key=True),
    Column("offset_ms", BigInteger, nullable=False),
    comment="UTC minus boot time, for boots whose clock was synchronised.",
)

crossings = Table(
    "crossings",
    metadata,
    Column("ledger", ForeignKey("ledgers.ledger"), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("unit_id", ForeignKey("units.unit_id"), nullable=False),
    Column("boot_id", String(32), nullable=False),
    Column("up_ms", BigInteger, nullable=False),
    Column("at", BigInteger),
    Column("clock", String(10), nullable=False),
    Column("verdict", String(20), nullable=False),
    Column("card_id", String(16)),
    Column("kind", String(10)),
    Column("direction", String(3)),
    Column("count", Integer, nullable=False),
    Column("day", Date, nullable=False),
    Column("filed_ms", BigInteger, nullable=False),
    Column("filed_clock", String(10), nullable=False),
    Index("crossings_by_day", "unit_id", "day"),
    comment="Records as the gate wrote them; the bridge sets the last three columns.",
)

presence = Table(
    "presence",
    metadata,
    Column("unit_id", ForeignKey("units.unit_id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("card_id", String(16), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("inside", Boolean, nullable=False),
    Column("first_in_ms", BigInteger),
    Column("last_ms", BigInteger, nullable=False),
    Column("last_ledger", BigInteger, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    comment="Each card's first way in and last crossing of a day at a school, from crossings.",
)

counts = Table(
    "counts",
    metadata,
    Column("unit_id", ForeignKey("units.unit_id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("kind", String(10), primary_key=True),
    Column("entered", Integer, nullable=False),
    Column("left", Integer, nullable=False),
    Column("inside", Integer, nullable=False),
    Column("people", Integer, nullable=False),
    Index("counts_by_day", "day"),
    comment="Per unit of the whole tree, day and kind; above schools, the sum of the schools.",
)

refusals = Table(
    "refusals",
    metadata,
    Column("unit_id", ForeignKey("units.unit_id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("code", String(20), primary_key=True),
    Column("scans", BigInteger, nullable=False),
    Index("refusals_by_day", "day"),
)

gate_health = Table(
    "gate_health",
    metadata,
    Column("gate_id", ForeignKey("gates.gate_id"), primary_key=True),
    Column("online", Boolean, nullable=False),
    Column("since_ms", BigInteger, nullable=False),
    Column("heard_ms", BigInteger, nullable=False),
    Column("told", LargeBinary, nullable=False),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("topic", String(200), nullable=False),
    Column("reason", String(30), nullable=False),
    Column("detail", String(500), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("heard_ms", BigInteger, nullable=False),
    comment="Messages set aside, the newest few of each topic.",
)

dead_letter_counts = Table(
    "dead_letter_counts",
    metadata,
    Column("topic", String(200), primary_key=True),
    Column("reason", String(30), primary_key=True),
    Column("letters", BigInteger, nullable=False),
)
