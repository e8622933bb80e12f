"""Store messages that cannot be processed as dead letters, with the reason, and count them."""

import sqlalchemy as sa

from server_bridge.store.changes.revisions import increment_revision
from server_bridge.store.database import upsert
from server_bridge.store.schema.base import dead_letter_counts, dead_letters

KEPT_PER_TOPIC = 100
"""The number of newest messages kept per topic, with their payload; all are counted."""


def add_dead_letter(
    connection: sa.Connection, *, topic: str, reason: str, detail: str, payload: bytes, now_ms: int
) -> None:
    """Store one rejected message."""
    topic, detail = (
        topic[:200],
        detail[:500].replace("\0", ""),
    )  # PostgreSQL's text rejects NUL
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
    increment_revision(connection)


def count_dead_letters(connection: sa.Connection) -> dict[tuple[str, str], int]:
    """Return the number of dead letters by topic and reason."""
    rows = connection.execute(dead_letter_counts.select())
    return {(row.topic, row.reason): row.letters for row in rows}
