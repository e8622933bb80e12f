"""The heads that gates have signed: the last one of each day."""

import sqlalchemy as sa
import structlog

from gate_contract.crossing import Batch
from gate_contract.ledger_signature import head_bytes, is_signed
from server_bridge.store.database import upsert
from server_bridge.store.schema.base import crossings, gates, ledgers, signed_heads

log = structlog.get_logger()


def keep_signature(connection: sa.Connection, batch: Batch) -> None:
    """Keep the signature under the head of a batch that has just been stored.

    A wrong one is no reason to lose a crossing: it is left out, and its day stays unproven.
    """
    key = connection.execute(
        sa.select(gates.c.public_key).where(gates.c.gate_id == batch.gate_id)
    ).scalar()
    if batch.signature is None:
        return
    head = head_bytes(batch.gate_id, batch.ledger_id, batch.last_seq, batch.head)
    if key and not is_signed(key, head, batch.signature):
        log.warning("signature is not the gate's", gate_id=batch.gate_id, seq=batch.last_seq)
        return
    last = connection.execute(
        sa.select(crossings.c.ledger, crossings.c.day)
        .join(ledgers)
        .where(
            (ledgers.c.gate_id == batch.gate_id)
            & (ledgers.c.ledger_id == batch.ledger_id)
            & (crossings.c.seq == batch.last_seq)
        )
    ).one()
    row = {
        "ledger": last.ledger,
        "day": last.day,
        "seq": batch.last_seq,
        "chain": batch.head,
        "signature": batch.signature,
    }
    upsert(connection, signed_heads, [row])
