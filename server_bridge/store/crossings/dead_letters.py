"""Messages that cannot be taken: set aside with their reason, counted, and never in the way."""

import sqlalchemy as sa

from server_bridge.store.changes.revisions import bump
from server_bridge.store.database import upsert
from server_bridge.store.schema.base import dead_letter_counts, dead_letters

KEPT_PER_TOPIC = 100
"""All are counted; of each topic this many of the newest are kept, payload and all."""


def set_aside(
    connection: sa.Connection, *, topic: str, reason: str, detail: str, payload: bytes, now_ms: int
) -> None:
    """Keep one message that was refused."""
    topic, detail = topic[:200], detail[:500].replace("\0", "")  # PostgreSQL's text has no NUL
    connection.execute(
        dead_letters.insert().values(
            topic=topic, reason=reason, detail=detail, payload=payload, heard_ms=now_ms
        )
    )
    upsert(
        connection,
        dead_letter_counts,
        [{"topic": topic, "reason": reason, "letters": 1}],
        add=True,
    )
    kept = (
        sa.select(dead_letters.c.id)
        .where(dead_letters.c.topic == topic)
        .order_by(dead_letters.c.id.desc())
        .limit(KEPT_PER_TOPIC)
    )
    connection.execute(
        dead_letters.delete().where(
            (dead_letters.c.topic == topic) & dead_letters.c.id.not_in(kept)
        )
    )
    bump(connection)


def letter_counts(connection: sa.Connection) -> dict[tuple[str, str], int]:
    """How many messages were set aside, by topic and reason."""
    rows = connection.execute(dead_letter_counts.select())
    return {(row.topic, row.reason): row.letters for row in rows}
