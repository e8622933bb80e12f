"""Measure a whole fleet's morning: every gate comes online at once with its records of the night.

The bridge sets, lists and updates the gates as well. There is no broker: what is measured is the
bridge's own work.
"""

import random
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.bridge.rollout import WELL, measure_rollouts
from gate_contract import topics
from gate_contract.card import CardKind
from gate_contract.crossing import (
    MAX_RECORDS,
    Batch,
    ClockTrust,
    Direction,
    Record,
    chain_next,
    chain_start,
    encode_batch,
)
from gate_contract.health import Health, encode_health
from gate_contract.topics import GateChannel
from gate_contract.verdicts import Verdict
from server_bridge.clock import now_ms
from server_bridge.fleet.drafting import DistrictParameters
from server_bridge.fleet.orders_publisher import OrdersPublisher
from server_bridge.home import initialise
from server_bridge.ingest.inbox import Inbox
from server_bridge.ingest.intake import latest_receipts
from server_bridge.store.database import Database
from server_bridge.store.gates.gate_orders import Choice, want
from server_bridge.store.gates.gate_sheets import gate_sheets
from server_bridge.store.units.tree import SCHOOL, Unit, add_gate, add_unit, all_units

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
FOLDED = 64
"""The most messages in one transaction, as in the ingest loop."""
GAP_MS = 2_000


@dataclass(frozen=True, slots=True)
class Fleet:
    """A fleet of `gates`, each at a school of its own, each with `records` to deliver."""

    gates: int = 200
    records: int = 600
    seed: int = 1


def measure_fleet(fleet: Fleet, folder: Path) -> dict[str, float]:
    """Return the figures by name; times in seconds."""
    home = initialise(folder / "bridge")
    names = [f"gate-{number:03}" for number in range(fleet.gates)]
    figures: dict[str, float] = {"gates": fleet.gates, "records": fleet.gates * fleet.records}
    with closing(home.database()) as database:
        district = DistrictParameters.of(home)
        begun = time.perf_counter()
        with database.write() as connection:
            for number, gate_id in enumerate(names):
                unit_id = f"school-{number:03}"
                add_unit(connection, Unit(unit_id, f"Trường {number}", SCHOOL, None))
                add_gate(connection, gate_id, unit_id, now_ms())
                want(connection, district, gate_id, now_ms(), choice=Choice())
        figures["settings_of_all_s"] = time.perf_counter() - begun
        sent: list[str] = []
        begun = time.perf_counter()
        OrdersPublisher(database).publish(lambda topic, _payload: sent.append(topic), now_ms())
        figures["orders_published_s"] = time.perf_counter() - begun
        figures["orders_published"] = len(sent)
        figures |= _deliver(database, fleet, names)
        with database.read() as connection:
            units = {unit.unit_id for unit in all_units(connection)}
            begun = time.perf_counter()
            gate_sheets(connection, now_ms(), units)
            figures["list_s"] = time.perf_counter() - begun
            begun = time.perf_counter()
            figures["receipts_again"] = len(latest_receipts(connection))
            figures["receipts_again_s"] = time.perf_counter() - begun
        figures |= measure_rollouts(database, district, names, now_ms())
    return figures


def _deliver(database: Database, fleet: Fleet, names: list[str]) -> dict[str, float]:
    inbox = Inbox(database, ZONE)
    healths = [
        (
            topics.gate(gate_id, GateChannel.HEALTH),
            encode_health(Health(state="online", version="1", scan=WELL)),
        )
        for gate_id in names
    ]
    begun = time.perf_counter()
    for at in range(0, len(healths), FOLDED):
        inbox.take(healths[at : at + FOLDED], now_ms())
    healthy_s = time.perf_counter() - begun
    letters = _mixed([list(_batches(gate_id, fleet)) for gate_id in names])
    begun, longest, stored = time.perf_counter(), 0.0, 0
    for at in range(0, len(letters), FOLDED):
        one = time.perf_counter()
        stored += inbox.take(letters[at : at + FOLDED], now_ms()).new
        longest = max(longest, time.perf_counter() - one)
    took_s = time.perf_counter() - begun
    return {
        "health_of_all_s": healthy_s,
        "messages": len(letters),
        "stored": stored,
        "delivered_s": took_s,
        "records_per_s": round(stored / took_s),
        "longest_transaction_s": longest,
    }


def _mixed(of_gates: list[list[tuple[str, bytes]]]) -> list[tuple[str, bytes]]:
    """Interleave the messages of all gates; each gate's messages keep their order."""
    most = max(len(letters) for letters in of_gates)
    return [letters[turn] for turn in range(most) for letters in of_gates if turn < len(letters)]


def _batches(gate_id: str, fleet: Fleet) -> Iterator[tuple[str, bytes]]:
    chance = random.Random(f"{fleet.seed} {gate_id}")
    ledger_id, boot_id = f"{chance.getrandbits(128):032x}", f"{chance.getrandbits(128):032x}"
    cards = [f"{chance.getrandbits(64):016x}" for _ in range(max(1, fleet.records // 2))]
    begun_ms = now_ms() - fleet.records * GAP_MS
    chain, records = chain_start(gate_id, ledger_id), list[Record]()
    topic, previous = topics.gate(gate_id, GateChannel.CROSSINGS), chain
    for number in range(fleet.records):
        inward = number < len(cards)
        record = Record(
            seq=number + 1,
            boot_id=boot_id,
            up_ms=number * GAP_MS,
            at=begun_ms + number * GAP_MS,
            clock=ClockTrust.TRUSTED,
            verdict=Verdict.ADMITTED_IN if inward else Verdict.ADMITTED_OUT,
            card_id=cards[number % len(cards)],
            kind=CardKind.PUPIL,
            direction=Direction.IN if inward else Direction.OUT,
        )
        records.append(record)
        chain = chain_next(chain, record)
        if len(records) == MAX_RECORDS or number + 1 == fleet.records:
            batch = Batch(
                gate_id=gate_id,
                ledger_id=ledger_id,
                oldest=1,
                previous=previous.hex(),
                head=chain.hex(),
                records=records,
            )
            yield topic, encode_batch(batch)
            previous, records = chain, []
