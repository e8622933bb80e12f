"""What schools are asked to confirm can be closed, as collections can."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Do it."""
    op.add_column("report_requests", sa.Column("closed_ms", sa.BigInteger(), nullable=True))
