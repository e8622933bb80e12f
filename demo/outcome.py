"""Compare the gates' ledgers, the bridge's database and the cameras' scenario."""

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa

from demo.setup import DemoGate, DemoSetup
from device.clock import SystemClock
from device.config import load
from device.ledger.file import LedgerAbsentError, LedgerFile
from device.roster_store import RosterStore
from device.status_files import read_scan
from gate_contract.health import ScanHealth
from gate_contract.verdicts import CROSSINGS, REFUSALS
from server_bridge.clock import now_ms
from server_bridge.store.live import snapshot
from server_bridge.store.schema.base import crossings, ledgers

Key = tuple[str, str, int]
"""gate_id, ledger_id, seq: a record's identity."""


@dataclass(frozen=True, slots=True)
class DemoOutcome:
    """What happened.

    `crossings` and `refusals` are in the gates' ledgers, `receipted` is the part of both that the
    bridge has confirmed, `counted` the crossings in its counts. `lost` crossings are in a ledger
    and not in the district's database; `doubled` ones are counted more than once.
    """

    cards_shown: int
    crossings: int
    refusals: int
    refusals_by_code: dict[str, int]
    receipted: int
    counted: int
    lost: int
    doubled: int
    schools: dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class GateProgress:
    """How far a gate is: `scan` is None until gate-scan has written its status."""

    scan: ScanHealth | None
    stored: int
    receipted: int


def progress(gate: DemoGate) -> GateProgress:
    """Return a gate's progress, as `gate status` shows it."""
    config = load(gate.config)
    reading = SystemClock().read()
    scan = read_scan(config.scan_status_path, reading.boot_id, reading.up_ms)
    try:
        with closing(LedgerFile.open(config.ledger_path, gate.gate_id)) as ledger:
            return GateProgress(scan, ledger.head()[0], ledger.receipted())
    except LedgerAbsentError:
        return GateProgress(scan, 0, 0)


def knows_rosters(gate: DemoGate) -> bool:
    """Return whether the gate has its own roster and the one for every gate."""
    config = load(gate.config)
    folder, keys = config.ledger_path.parent, config.order_keys
    shelves = [RosterStore(folder, gate.gate_id, keys, district) for district in (False, True)]
    return all(shelf.read().roster for shelf in shelves)


def measure(setup: DemoSetup, frames: dict[str, int]) -> DemoOutcome:
    """Put the figures together. `frames`: how many each gate's camera has shown."""
    recorded: dict[Key, str] = {}
    refused: Counter[str] = Counter()
    receipted = 0
    for gate in setup.gates:
        for key, verdict, count, confirmed in _ledger_rows(load(gate.config).ledger_path, gate):
            if verdict in CROSSINGS:
                recorded[key] = verdict
            elif verdict in REFUSALS:
                refused[verdict] += count
            if verdict in CROSSINGS or verdict in REFUSALS:
                receipted += count if confirmed else 0
    stored = _stored_crossings(setup)
    with closing(setup.home.database()) as database, database.read() as connection:
        shown = snapshot(connection, now_ms(), setup.home.zone)
    schools = {
        unit.unit_id: {"in": unit.entered, "out": unit.left, "inside": unit.inside}
        for unit in shown.units
        if unit.is_school
    }
    counted = sum(school["in"] + school["out"] for school in schools.values())
    return DemoOutcome(
        cards_shown=sum(
            gate.scenario.presented(frames[gate.gate_id]) for gate in setup.gates if gate.scenario
        )
        + sum(_seen_by_camera(gate) for gate in setup.gates if not gate.scenario),
        crossings=len(recorded),
        refusals=refused.total(),
        refusals_by_code=dict(sorted(refused.items())),
        receipted=receipted,
        counted=counted,
        lost=len(recorded.keys() - stored),
        doubled=max(0, counted - len(stored)),
        schools=schools,
    )


def as_json(outcome: DemoOutcome) -> dict[str, object]:
    """Return the outcome as `--json` writes it."""
    return asdict(outcome)


def _ledger_rows(path: Path, gate: DemoGate) -> list[tuple[Key, str, int, bool]]:
    with closing(sqlite3.connect(path)) as connection:
        (ledger_id,) = connection.execute("SELECT ledger_id FROM ledger").fetchone()
        rows = connection.execute(
            "SELECT seq, verdict, count, seq <= (SELECT receipted FROM delivery) FROM records"
        )
        return [
            ((gate.gate_id, ledger_id, seq), verdict, count, bool(confirmed))
            for seq, verdict, count, confirmed in rows
        ]


def _seen_by_camera(gate: DemoGate) -> int:
    """Count the cards that a real camera saw: only their records are known."""
    return sum(
        count
        for _, verdict, count, _ in _ledger_rows(load(gate.config).ledger_path, gate)
        if verdict in CROSSINGS or verdict in REFUSALS
    )


def _stored_crossings(setup: DemoSetup) -> set[Key]:
    with closing(setup.home.database()) as database, database.read() as connection:
        rows = connection.execute(
            sa.select(ledgers.c.gate_id, ledgers.c.ledger_id, crossings.c.seq)
            .join(ledgers, ledgers.c.ledger == crossings.c.ledger)
            .where(crossings.c.verdict.in_(sorted(CROSSINGS)))
        )
        return {(row.gate_id, row.ledger_id, row.seq) for row in rows}
