"""What must hold of time: no report shows 1970, and a time that is called certain is right."""

from collections.abc import Iterator
from itertools import pairwise

import sqlalchemy as sa

from device.timekeeping import STEP_MS
from gate_contract.crossing import ClockTrust
from server_bridge.ingest.filing import TOLERANCE_MS
from server_bridge.store.schema.base import crossings, ledgers
from tests.simulation.clocks import BEGIN_MS, DAY_MS
from tests.simulation.district import SimDistrict
from tests.simulation.gate import SimGate

SLACK_MS = STEP_MS + 100
_FILED = (
    sa.select(ledgers.c.gate_id, crossings)
    .select_from(sa.join(crossings, ledgers, crossings.c.ledger == ledgers.c.ledger))
    .order_by(crossings.c.ledger, crossings.c.seq)
)


def time_faults(gates: list[SimGate], district: SimDistrict, now_ms: int) -> Iterator[str]:
    """Return everything that is wrong with the times under which crossings were filed."""
    with district.database.read() as connection:
        rows = connection.execute(_FILED).all()
    by_id = {gate.gate_id: gate for gate in gates}
    ordered = []
    for row in rows:
        gate = by_id[row.gate_id]
        name = f"{row.gate_id} record {row.seq}"
        if not BEGIN_MS - 15 * DAY_MS <= row.filed_ms <= now_ms + TOLERANCE_MS:
            yield f"{name} is filed under {row.filed_ms}"
        if gate.clock.was_lied_to:
            continue
        ordered.append(row)
        if row.filed_clock == ClockTrust.UNTRUSTED:
            continue
        began_ms = gate.boots.get(row.boot_id)
        if began_ms is not None and abs(row.filed_ms - began_ms - row.up_ms) > SLACK_MS:
            yield f"{name} is called {row.filed_clock}, and is wrong"
    for a, b in pairwise(ordered):
        if a.ledger == b.ledger and a.filed_ms > b.filed_ms + SLACK_MS:
            yield f"records {a.seq} and {b.seq} of {a.gate_id} are filed in the wrong order"
