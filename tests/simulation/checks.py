"""What must hold: some of it always, the rest once everything works again."""

from collections import Counter
from collections.abc import Iterator

import sqlalchemy as sa

from device.ledger.file import LedgerFile
from device.ledger.verification import verify
from gate_contract.crossing import Record
from gate_contract.errors import SchoolgateError
from gate_contract.verdicts import Verdict
from server_bridge.reports.proof import misreported
from server_bridge.store.crossings.audit import count_faults, prove_ledgers
from server_bridge.store.crossings.dead_letters import letter_counts
from server_bridge.store.schema.base import counts, crossings, ledgers
from server_bridge.store.schema.people import visitor_words
from tests.simulation.district import SCHOOL, ZONE, SimDistrict
from tests.simulation.gate import Green, SimGate, look_into

_FIELDS = (*Record.__struct_fields__,)
_WORDS = {"seal", "sealed"}
_COLUMNS = [(visitor_words if name in _WORDS else crossings).c[name] for name in _FIELDS]
_STORED = sa.select(ledgers.c.gate_id, ledgers.c.ledger_id, *_COLUMNS).select_from(
    sa.join(crossings, ledgers, crossings.c.ledger == ledgers.c.ledger).outerjoin(
        visitor_words,
        (visitor_words.c.ledger == crossings.c.ledger) & (visitor_words.c.seq == crossings.c.seq),
    )
)
_BY_VERDICT = sa.select(crossings.c.verdict, sa.func.count()).group_by(crossings.c.verdict)
_COUNTED = sa.select(sa.func.sum(counts.c.entered), sa.func.sum(counts.c.left)).where(
    counts.c.unit_id == sa.bindparam("of")
)


def mark_fault(gate: SimGate, district: SimDistrict) -> str | None:
    """Check that a gate marks nothing as delivered that the district never committed."""
    faults: list[str] = []

    def look(ledger: LedgerFile) -> None:
        mark, most = ledger.receipted(), district.most.get(ledger.ledger_id, 0)
        if mark > most:
            faults.append(f"{gate.gate_id} holds {mark} for delivered, {most} were ever committed")

    gate.show_ledger(look)
    return faults[0] if faults else None


def is_settled(gate: SimGate, heads: dict[str, tuple[int, str]]) -> bool:
    """Whether gate and district agree on the ledger in use."""
    settled = [True]

    def look(ledger: LedgerFile) -> None:
        seq, chain = ledger.head()
        settled[0] = ledger.receipted() == seq and (
            seq == 0 or heads.get(ledger.ledger_id) == (seq, chain.hex())
        )

    gate.show_ledger(look)
    return settled[0]


def healed_faults(gates: list[SimGate], district: SimDistrict) -> Iterator[str]:
    """Return everything that is wrong after recovery."""
    with district.database.read() as connection:
        stored = _stored(connection)
        for proof in prove_ledgers(connection):
            if proof.fault or proof.missing:
                name = f"{proof.gate_id} {proof.ledger_id[:6]}"
                yield f"ledger {name}: {proof.fault or f'{proof.missing} missing'}"
        for fault in count_faults(connection):
            yield f"counts differ from a recount: {fault}"
        for fault in misreported(connection, ZONE):
            yield f"a day was not marked for reports: {fault}"
        yield from _count_faults(connection)
        for (topic, reason), number in letter_counts(connection).items():
            yield f"{number} messages on {topic} were set aside: {reason}"
    for gate in gates:
        for card in gate.sd_cards:
            yield from _card_faults(gate, card.name, stored)
        yield from _green_faults(gate.greens, stored)


Stored = dict[tuple[str, str], dict[int, Record]]
"""For each gate_id and ledger_id, the district's records by seq."""


def _stored(connection: sa.Connection) -> Stored:
    stored: Stored = {}
    for gate_id, ledger_id, *fields in connection.execute(_STORED):
        record = Record(**dict(zip(_FIELDS, fields, strict=True)))
        stored.setdefault((gate_id, ledger_id), {})[record.seq] = record
    return stored


def _count_faults(connection: sa.Connection) -> Iterator[str]:
    """Compare the counts of school and district with the number of crossings."""
    by_verdict = {verdict: int(number) for verdict, number in connection.execute(_BY_VERDICT)}
    for unit_id in (SCHOOL, "van-giang"):
        entered, left = connection.execute(_COUNTED, {"of": unit_id}).one()
        for word, counted, verdict in (
            ("in", entered, Verdict.ADMITTED_IN),
            ("out", left, Verdict.ADMITTED_OUT),
        ):
            number = by_verdict.get(verdict, 0)
            if (counted or 0) != number:
                yield f"{unit_id} counts {counted} {word}, of {number} crossings"


def _card_faults(gate: SimGate, name: str, stored: Stored) -> Iterator[str]:
    """Return what of one SD card's ledger is damaged, or not at the district as written."""
    faults: list[str] = []

    def look(ledger: LedgerFile) -> None:
        try:
            verify(ledger)
        except SchoolgateError as error:
            faults.append(f"{name}: {error}")
            return
        at_district = stored.get((gate.gate_id, ledger.ledger_id), {})
        head = ledger.head()[0]
        if max(at_district, default=0) > head:
            faults.append(f"{name}: the district has records that the gate never wrote")
        faults.extend(
            f"{name}: record {record.seq} is not at the district as it was written"
            for record, _ in ledger.records(1, head)
            if at_district.get(record.seq) != record
        )

    path = next(card for card in gate.sd_cards if card.name == name) / "ledger.db"
    look_into(path, gate.gate_id, look)
    yield from faults


def _green_faults(greens: list[Green], stored: Stored) -> Iterator[str]:
    counted = Counter(
        Green(gate_id, ledger_id, r.boot_id, r.up_ms, r.card_id or "", str(r.verdict))
        for (gate_id, ledger_id), records in stored.items()
        for r in records.values()
    )
    for green in greens:
        if counted[green] != 1:
            yield f"a green light is {counted[green]} times at the district: {green}"
