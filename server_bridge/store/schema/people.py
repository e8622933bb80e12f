"""The tables of people: where they live, where they learn or work, which cards they hold.

Names are here and nowhere else. Days are local and dated spans are half-open: `from_day` is the
first day, `until_day` the first day that no longer belongs to it (NULL: it goes on).
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
)

from server_bridge.store.schema.base import NAME_LENGTH, BigKey, metadata

unit_terms = Table(
    "unit_terms",
    metadata,
    Column("unit_id", ForeignKey("units.unit_id"), primary_key=True),
    Column("code", String(20)),
    Column("from_day", Date),
    Column("until_day", Date),
    Column("successor_id", ForeignKey("units.unit_id")),
    Index("unit_terms_by_code", "code"),
    comment="A unit's official code, when it existed, and what it became part of.",
)

areas = Table(
    "areas",
    metadata,
    Column("area_id", String(40), primary_key=True),
    Column("code", String(20)),
    Column("name", String(NAME_LENGTH), nullable=False),
    Column("level", String(20), nullable=False),
    Column("parent_id", ForeignKey("areas.area_id")),
    Column("from_day", Date),
    Column("until_day", Date),
    Column("successor_id", ForeignKey("areas.area_id")),
    Index("areas_by_code", "level", "code"),
    Index("areas_by_parent", "parent_id"),
    comment="The tree of residence: hamlet, commune, district, province; old ones stay.",
)

people = Table(
    "people",
    metadata,
    Column("person", BigKey, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("code", String(30)),
    Column("national_id", String(20)),
    Column("name", String(NAME_LENGTH), nullable=False),
    Column("born", Date),
    Column("sex", String(10)),
    Column("ethnicity", String(60)),
    Column("address", String(300)),
    Column("photo", LargeBinary),
    Column("added_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Index("people_by_code", "kind", "code", unique=True),
    Index("people_by_national_id", "national_id"),
    comment="Pupils, staff and visitors. `code`: the sector database's identifier.",
)

stays = Table(
    "stays",
    metadata,
    Column("person", ForeignKey("people.person"), primary_key=True),
    Column("from_day", Date, primary_key=True),
    Column("until_day", Date),
    Column("unit_id", ForeignKey("units.unit_id"), nullable=False),
    Column("group_name", String(40)),
    Column("area_id", ForeignKey("areas.area_id")),
    Index("stays_by_unit", "unit_id", "until_day"),
    Index("stays_by_area", "area_id"),
    comment="At which school, in which class, living where: one row for each span of days.",
)

card_holders = Table(
    "card_holders",
    metadata,
    Column("card_id", ForeignKey("cards.card_id"), primary_key=True),
    Column("person", ForeignKey("people.person"), nullable=False),
    Index("card_holders_by_person", "person"),
    comment="Whose card it is. Deleting the row makes its crossings anonymous.",
)

revocations = Table(
    "revocations",
    metadata,
    Column("card_id", ForeignKey("cards.card_id"), primary_key=True),
    Column("revoked_ms", BigInteger, nullable=False),
    Column("reason", String(40), nullable=False),
    comment="Cards that no gate admits any more.",
)

imports = Table(
    "imports",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("unit_id", ForeignKey("units.unit_id"), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("file_name", String(NAME_LENGTH), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("imported_ms", BigInteger, nullable=False),
    Column("added", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("gone", Integer, nullable=False),
    comment="Which spreadsheets made the roster what it is.",
)

notices = Table(
    "notices",
    metadata,
    Column("notice", BigKey, primary_key=True),
    Column("number", String(60), nullable=False),
    Column("issuer", String(NAME_LENGTH), nullable=False),
    Column("as_of_ms", BigInteger, nullable=False),
    Column("noted_ms", BigInteger, nullable=False),
    Index("notices_by_number", "issuer", "number", unique=True),
    comment="Official notices that set levels; `as_of_ms` is when they take effect.",
)

area_levels = Table(
    "area_levels",
    metadata,
    Column("notice", ForeignKey("notices.notice"), primary_key=True),
    Column("area_id", ForeignKey("areas.area_id"), primary_key=True),
    Column("level", Integer),
    Index("area_levels_by_area", "area_id"),
    comment="Level 1-4 of an area by a notice; NULL: as the area above it.",
)

level_policies = Table(
    "level_policies",
    metadata,
    Column("unit_id", ForeignKey("units.unit_id"), primary_key=True),
    Column("level", Integer, primary_key=True),
    Column("from_ms", BigInteger, primary_key=True),
    Column("action", String(10)),
    comment="What gates of a unit do at entry: admit, signal, refuse; NULL: as the unit above.",
)

visitor_words = Table(
    "visitor_words",
    metadata,
    Column("ledger", ForeignKey("ledgers.ledger"), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("seal", String(64), nullable=False),
    Column("sealed", LargeBinary),
    comment="Words beside a crossing, sealed. Erased ones are NULL; the chain needs `seal` only.",
)

visitor_log = Table(
    "visitor_log",
    metadata,
    Column("id", BigKey, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("action", String(10), nullable=False),
    Column("by_whom", String(100), nullable=False),
    Column("unit_id", ForeignKey("units.unit_id")),
    Column("from_day", Date),
    Column("until_day", Date, nullable=False),
    Column("visits", Integer, nullable=False),
    Column("reason", String(200), nullable=False),
    comment="Who opened or erased sealed words, of which days, and why. Days are inclusive.",
)
