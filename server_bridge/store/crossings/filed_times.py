"""What is stored of time in one ledger: offsets of boots, and the times that records are filed at.

The functions work in the caller's transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa

from gate_contract.crossing import ClockTrust
from server_bridge.store.schema.base import boots, crossings, gates, ledgers

_HERE = crossings.c.ledger == sa.bindparam("of")
_BOOTS = boots.select().where(boots.c.ledger == sa.bindparam("of"))
_NEWEST = (
    sa.select(crossings.c.seq, crossings.c.filed_ms)
    .where(_HERE)
    .order_by(crossings.c.seq.desc())
    .limit(1)
)
_CERTAIN = _NEWEST.where(crossings.c.filed_clock != ClockTrust.UNTRUSTED)
_ADDED = sa.select(gates.c.added_ms).join(ledgers).where(ledgers.c.ledger == sa.bindparam("of"))
_LATER = (
    crossings.select()
    .where(_HERE & (crossings.c.seq > sa.bindparam("after")))
    .order_by(crossings.c.seq)
)
_REFILE = (
    crossings.update()
    .where(_HERE & (crossings.c.seq == sa.bindparam("which")))
    .values(
        day=sa.bindparam("new_day"),
        filed_ms=sa.bindparam("new_ms"),
        filed_clock=sa.bindparam("new_clock"),
    )
)


class NewTime(NamedTuple):
    """Another time for a stored record: its local day, UTC in ms, and how far it is trusted."""

    seq: int
    day: date
    at_ms: int
    clock: ClockTrust


def boot_offsets(connection: sa.Connection, ledger: int) -> dict[str, int]:
    """Return UTC minus boot time, in ms, of each boot whose clock was synchronised."""
    found = connection.execute(_BOOTS, {"of": ledger})
    return {row.boot_id: row.offset_ms for row in found}


def add_boot_offsets(connection: sa.Connection, ledger: int, offsets: Mapping[str, int]) -> None:
    """Insert the offsets of boots that have none yet."""
    rows = [
        {"ledger": ledger, "boot_id": boot_id, "offset_ms": offset_ms}
        for boot_id, offset_ms in offsets.items()
    ]
    if rows:
        connection.execute(boots.insert(), rows)


def last_certain(connection: sa.Connection, ledger: int) -> tuple[int, int]:
    """Return seq and time (UTC, ms) of the last record whose time is certain.

    No later record lies before it. Without one: 0, and the time at which the gate was registered.
    """
    certain = connection.execute(_CERTAIN, {"of": ledger}).first()
    added: int = connection.execute(_ADDED, {"of": ledger}).scalar_one()
    return (certain.seq, max(certain.filed_ms, added)) if certain else (0, added)


def last_filed_ms(connection: sa.Connection, ledger: int) -> int:
    """Return the filed time (UTC) of the newest record, 0 without one."""
    newest = connection.execute(_NEWEST, {"of": ledger}).first()
    return newest.filed_ms if newest else 0


def records_after(connection: sa.Connection, ledger: int, seq: int) -> Sequence[sa.Row[Any]]:
    """Return the stored records after `seq`, in order."""
    return connection.execute(_LATER, {"of": ledger, "after": seq}).all()


def refile(connection: sa.Connection, ledger: int, times: Sequence[NewTime]) -> None:
    """File stored records at other times."""
    if times:
        connection.execute(
            _REFILE,
            [
                {
                    "of": ledger,
                    "which": time.seq,
                    "new_day": time.day,
                    "new_ms": time.at_ms,
                    "new_clock": time.clock,
                }
                for time in times
            ],
        )
