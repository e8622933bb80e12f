"""Messages into the database: many in one transaction, the poisonous ones set aside.

No network and no clock of its own. Either everything of a call is committed or nothing is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog

from gate_contract import topics
from gate_contract.crossing import MAX_PAYLOAD_BYTES, decode_batch
from gate_contract.errors import ContractError
from gate_contract.gate_log import decode_log
from gate_contract.health import decode_health
from gate_contract.receipt import Receipt
from gate_contract.topics import GateChannel, GateTopic
from server_bridge.ingest.intake import Intake, contradiction
from server_bridge.store.crossings.dead_letters import set_aside
from server_bridge.store.database import Database, StoreError
from server_bridge.store.gates.gate_logs import keep_log
from server_bridge.store.gates.health import take_health

LEDGER_ID = re.compile("[0-9a-f]{32}")

log = structlog.get_logger()


@dataclass(slots=True)
class Taken:
    """What a call came to: the newest receipt of each gate that sent crossings."""

    receipts: dict[str, Receipt] = field(default_factory=dict)
    new: int = 0
    set_aside: int = 0


class Inbox:
    """Takes (topic, payload) pairs in the order in which they came."""

    def __init__(self, database: Database, zone: ZoneInfo) -> None:
        self._database = database
        self._zone = zone

    def take(self, letters: Sequence[tuple[str, bytes]], now_ms: int) -> Taken:
        """Store what can be stored, set aside the rest, and commit.

        Raises:
            StoreError: the database cannot be written now; try the same again later.
        """
        try:
            return self._take_all(letters, now_ms)
        except StoreError:
            raise
        except Exception:  # one message has found a fault of ours: it must not stop the others
            log.exception("taking one by one", messages=len(letters))
            return self._take_each(letters, now_ms)

    def _take_all(self, letters: Sequence[tuple[str, bytes]], now_ms: int) -> Taken:
        taken = Taken()
        with self._database.write() as connection:
            intake = Intake(connection, self._zone)
            for topic, payload in letters:
                try:
                    self._take_one(connection, intake, topic, payload, now_ms, taken)
                except ContractError as error:
                    log.warning("set aside", topic=topic, reason=error.reason)
                    self._set_aside(connection, topic, payload, error.reason, str(error), now_ms)
                    taken.set_aside += 1
        return taken

    def _take_each(self, letters: Sequence[tuple[str, bytes]], now_ms: int) -> Taken:
        taken = Taken()
        for letter in letters:
            try:
                one = self._take_all([letter], now_ms)
            except StoreError:
                raise
            except Exception as error:
                topic, payload = letter
                with self._database.write() as connection:
                    self._set_aside(
                        connection, topic, payload, "internal_error", repr(error), now_ms
                    )
                one = Taken(set_aside=1)
            taken.receipts |= one.receipts
            taken.new += one.new
            taken.set_aside += one.set_aside
        return taken

    def _take_one(
        self,
        connection: sa.Connection,
        intake: Intake,
        topic: str,
        payload: bytes,
        now_ms: int,
        taken: Taken,
    ) -> None:
        match topics.parse(topic):
            case GateTopic(gate_id, GateChannel.CROSSINGS):
                stored = intake.take(decode_batch(payload, gate_id), now_ms)
                taken.receipts[gate_id] = stored.receipt
                taken.new += stored.new
            case GateTopic(gate_id, GateChannel.HEALTH):
                health = decode_health(payload)
                if not intake.knows(gate_id):
                    raise ContractError("unknown_gate", f"gate {gate_id} is not registered")
                take_health(connection, gate_id, health, now_ms)
                mark = health.stored - health.backlog
                if LEDGER_ID.fullmatch(health.ledger_id):
                    receipt = contradiction(connection, gate_id, health.ledger_id, mark)
                    if receipt:
                        taken.receipts[gate_id] = receipt
            case GateTopic(gate_id, GateChannel.LOG):
                told = decode_log(payload)
                if not intake.knows(gate_id):
                    raise ContractError("unknown_gate", f"gate {gate_id} is not registered")
                keep_log(connection, gate_id, told.number, "\n".join(told.lines), now_ms)
            case _:
                raise ContractError("foreign_topic", f"{topic} is not for the bridge")

    def _set_aside(
        self,
        connection: sa.Connection,
        topic: str,
        payload: bytes,
        reason: str,
        detail: str,
        now_ms: int,
    ) -> None:
        set_aside(
            connection,
            topic=topic,
            reason=reason,
            detail=detail,
            payload=payload[:MAX_PAYLOAD_BYTES],
            now_ms=now_ms,
        )
