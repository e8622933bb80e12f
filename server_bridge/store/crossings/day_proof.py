"""The proof of one gate's day, from the stored rows."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from gate_contract.crossing import chain_next
from gate_contract.errors import SchoolgateError
from gate_contract.ledger_signature import head_bytes, is_signed
from gate_contract.proof import DayProof, LedgerDay, SignedHead
from gate_contract.verdicts import Verdict
from server_bridge.store.crossings.audit import STORED_RECORDS, record_of_row
from server_bridge.store.crossings.counts import counts_differ
from server_bridge.store.gates.certificates import public_keys
from server_bridge.store.schema.base import crossings, gates, ledgers, signed_heads


def prove_day(connection: sa.Connection, gate_id: str, day: date) -> DayProof:
    """The proof of what gate `gate_id` recorded on `day`.

    Raises:
        SchoolgateError: there is no such gate.
    """
    gate = connection.execute(gates.select().where(gates.c.gate_id == gate_id)).first()
    if gate is None:
        raise SchoolgateError(f"there is no gate {gate_id}; see: gate-bridge gate list")
    ours = sa.select(ledgers.c.ledger).where(ledgers.c.gate_id == gate_id)
    here = crossings.c.ledger.in_(ours) & (crossings.c.day == day)
    crossed = {
        row.verdict: row.number
        for row in connection.execute(
            sa.select(crossings.c.verdict, sa.func.count().label("number"))
            .where(here)
            .group_by(crossings.c.verdict)
        )
    }
    parts = connection.execute(
        ledgers.select()
        .where(ledgers.c.ledger.in_(sa.select(crossings.c.ledger).where(here)))
        .order_by(ledgers.c.first_ms)
    )
    days = [_ledger_day(connection, part, day) for part in parts]
    return DayProof(
        gate_id=gate_id,
        unit_id=gate.unit_id,
        day=day,
        public_key=_key_of_day(connection, gate_id, gate.public_key, days),
        entered=crossed.get(Verdict.ADMITTED_IN, 0),
        left=crossed.get(Verdict.ADMITTED_OUT, 0),
        ledgers=days,
    )


def _key_of_day(
    connection: sa.Connection, gate_id: str, newest: str | None, days: list[LedgerDay]
) -> str | None:
    """The key that this day was signed with: a device that was replaced had another one."""
    for key in public_keys(connection, gate_id):
        for part in days:
            signed = part.signed
            if signed is None:
                continue
            head = head_bytes(gate_id, part.ledger_id, signed.seq, signed.chain)
            if is_signed(key, head, signed.signature):
                return key
    return newest


def day_is_miscounted(connection: sa.Connection, unit_id: str, day: date) -> bool:
    """Whether the counts of a school's day differ from a recount of its crossings."""
    return counts_differ(connection, (unit_id, day))


def _ledger_day(connection: sa.Connection, ledger: sa.Row[Any], day: date) -> LedgerDay:
    mine = crossings.c.ledger == ledger.ledger
    of_day = list(
        connection.execute(
            sa.select(crossings.c.seq)
            .where(mine & (crossings.c.day == day))
            .order_by(crossings.c.seq)
        ).scalars()
    )
    signed = _signed_head(connection, ledger.ledger, of_day[-1])
    last = max(of_day[-1], signed.seq) if signed else of_day[-1]
    rows = connection.execute(
        STORED_RECORDS.where(
            mine & crossings.c.seq.between(min(ledger.proven_from, of_day[0]), last)
        )
        .order_by(crossings.c.seq)
        .execution_options(yield_per=2_000)
    )
    # Before `proven_from` records are missing, and no chain leads on from there.
    chain = bytes.fromhex(ledger.proven_chain)
    previous, records = chain, []
    for row in rows:
        record = record_of_row(row)
        if row.seq == of_day[0]:
            previous = chain
        if row.seq >= of_day[0]:
            records.append(record)
        if row.seq >= ledger.proven_from:
            chain = chain_next(chain, record)
    return LedgerDay(
        ledger_id=ledger.ledger_id,
        previous=previous.hex(),
        records=records,
        of_day=of_day,
        signed=signed,
    )


def _signed_head(connection: sa.Connection, ledger: int, last: int) -> SignedHead | None:
    """The earliest that covers the day, else the latest there is."""
    mine = signed_heads.select().where(signed_heads.c.ledger == ledger)
    row = (
        connection.execute(
            mine.where(signed_heads.c.seq >= last).order_by(signed_heads.c.seq).limit(1)
        ).first()
        or connection.execute(mine.order_by(signed_heads.c.seq.desc()).limit(1)).first()
    )
    if row is None:
        return None
    return SignedHead(seq=row.seq, chain=row.chain, signature=row.signature)
