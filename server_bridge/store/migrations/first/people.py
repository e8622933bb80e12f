"""Create the tables of areas, levels, people, cards and visitors."""

import sqlalchemy as sa
from alembic import op


def create() -> None:
    """Create the tables and their indexes."""
    op.create_table(
        "areas",
        sa.Column("area_id", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("parent_id", sa.String(length=40), nullable=True),
        sa.Column("from_day", sa.Date(), nullable=True),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.Column("successor_id", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["areas.area_id"],
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"],
            ["areas.area_id"],
        ),
        sa.PrimaryKeyConstraint("area_id"),
        comment="The tree of residence: hamlet, commune, district, province; old ones stay.",
    )
    op.create_index("areas_by_code", "areas", ["level", "code"], unique=False)
    op.create_index("areas_by_parent", "areas", ["parent_id"], unique=False)
    op.create_table(
        "notices",
        sa.Column("notice", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("as_of_ms", sa.BigInteger(), nullable=False),
        sa.Column("noted_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("notice"),
        comment="Official notices that set levels; `as_of_ms` is when they take effect.",
    )
    op.create_index("notices_by_number", "notices", ["issuer", "number"], unique=True)
    op.create_table(
        "people",
        sa.Column("person", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=True),
        sa.Column("national_id", sa.String(length=20), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("born", sa.Date(), nullable=True),
        sa.Column("sex", sa.String(length=10), nullable=True),
        sa.Column("ethnicity", sa.String(length=60), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=True),
        sa.Column("photo", sa.LargeBinary(), nullable=True),
        sa.Column("added_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person"),
        comment="Pupils, staff and visitors. `code`: the sector database's identifier.",
    )
    op.create_index("people_by_code", "people", ["kind", "code"], unique=True)
    op.create_index("people_by_national_id", "people", ["national_id"], unique=False)
    op.create_table(
        "area_levels",
        sa.Column("notice", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("area_id", sa.String(length=40), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["area_id"],
            ["areas.area_id"],
        ),
        sa.ForeignKeyConstraint(
            ["notice"],
            ["notices.notice"],
        ),
        sa.PrimaryKeyConstraint("notice", "area_id"),
        comment="Level 1-4 of an area by a notice; NULL: as the area above it.",
    )
    op.create_index("area_levels_by_area", "area_levels", ["area_id"], unique=False)
    op.create_table(
        "imports",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("imported_ms", sa.BigInteger(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        comment="Which spreadsheets made the roster what it is.",
    )
    op.create_table(
        "level_policies",
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("unit_id", "level", "from_ms"),
        comment="What gates of a unit do at entry: admit, signal, refuse; NULL: as the unit above.",
    )
    op.create_table(
        "stays",
        sa.Column("person", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("group_name", sa.String(length=40), nullable=True),
        sa.Column("area_id", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["area_id"],
            ["areas.area_id"],
        ),
        sa.ForeignKeyConstraint(
            ["person"],
            ["people.person"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("person", "from_day"),
        comment="At which school, in which class, living where: one row for each span of days.",
    )
    op.create_index("stays_by_area", "stays", ["area_id"], unique=False)
    op.create_index("stays_by_unit", "stays", ["unit_id", "until_day"], unique=False)
    op.create_table(
        "unit_terms",
        sa.Column("unit_id", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=True),
        sa.Column("from_day", sa.Date(), nullable=True),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.Column("successor_id", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["successor_id"],
            ["units.unit_id"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("unit_id"),
        comment="A unit's official code, when it existed, and what it became part of.",
    )
    op.create_index("unit_terms_by_code", "unit_terms", ["code"], unique=False)
    op.create_table(
        "visitor_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(length=10), nullable=False),
        sa.Column("by_whom", sa.String(length=100), nullable=False),
        sa.Column("unit_id", sa.String(length=40), nullable=True),
        sa.Column("from_day", sa.Date(), nullable=True),
        sa.Column("until_day", sa.Date(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["units.unit_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        comment="Who opened or erased sealed words, of which days, and why. Days are inclusive.",
    )
    op.create_table(
        "card_holders",
        sa.Column("card_id", sa.String(length=16), nullable=False),
        sa.Column("person", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["card_id"],
            ["cards.card_id"],
        ),
        sa.ForeignKeyConstraint(
            ["person"],
            ["people.person"],
        ),
        sa.PrimaryKeyConstraint("card_id"),
        comment="Whose card it is. Deleting the row makes its crossings anonymous.",
    )
    op.create_index("card_holders_by_person", "card_holders", ["person"], unique=False)
    op.create_table(
        "revocations",
        sa.Column("card_id", sa.String(length=16), nullable=False),
        sa.Column("revoked_ms", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["card_id"],
            ["cards.card_id"],
        ),
        sa.PrimaryKeyConstraint("card_id"),
        comment="Cards that no gate admits any more.",
    )
    op.create_table(
        "visitor_words",
        sa.Column("ledger", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ledger"],
            ["ledgers.ledger"],
        ),
        sa.PrimaryKeyConstraint("ledger", "seq"),
        comment="Words beside a crossing, sealed. Erased ones are NULL; the chain needs `seal` only.",
    )
