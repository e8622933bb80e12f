"""Store messages in the database, many per transaction, and keep unusable ones as dead letters.

The module has no network access and no clock. Each call commits everything or nothing.
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
from server_bridge.ingest.intake import Intake, correcting_receipt
from server_bridge.store.crossings.dead_letters import add_dead_letter
from server_bridge.store.database import Database, StoreError
from server_bridge.store.gates.gate_logs import store_log
from server_bridge.store.gates.health import store_health

LEDGER_ID = re.compile("[0-9a-f]{32}")

log = structlog.get_logger()


@dataclass(slots=True)
class InboxResult:
    """The result of a call, with the newest receipt of each gate that sent crossings."""

    receipts: dict[str, Receipt] = field(default_factory=dict)
    new: int = 0
    set_aside: int = 0


class Inbox:
    """Stores (topic, payload) pairs in the order in which they arrived."""

    def __init__(self, database: Database, zone: ZoneInfo) -> None:
        self._database = database
        self._zone = zone

    def store(self, messages: Sequence[tuple[str, bytes]], now_ms: int) -> InboxResult:
        """Store the valid messages, keep the others as dead letters, and commit.

        Raises:
            StoreError: the database cannot be written now; try the same call again later.
        """
        try:
            return self._store_all(messages, now_ms)
        except StoreError:
            raise
        except Exception:  # a message triggered a bug: it must not block the others
            log.exception("storing messages one by one", messages=len(messages))
            return self._store_each(messages, now_ms)

    def _store_all(self, messages: Sequence[tuple[str, bytes]], now_ms: int) -> InboxResult:
        result = InboxResult()
        with self._database.write() as connection:
            intake = Intake(connection, self._zone)
            for topic, payload in messages:
                try:
                    self._store_one(connection, intake, topic, payload, now_ms, result)
                except ContractError as error:
                    log.warning("message kept as dead letter", topic=topic, reason=error.reason)
                    self._set_aside(connection, topic, payload, error.reason, str(error), now_ms)
                    result.set_aside += 1
        return result

    def _store_each(self, messages: Sequence[tuple[str, bytes]], now_ms: int) -> InboxResult:
        result = InboxResult()
        for message in messages:
            try:
                one = self._store_all([message], now_ms)
            except StoreError:
                raise
            except Exception as error:
                topic, payload = message
                with self._database.write() as connection:
                    self._set_aside(
                        connection, topic, payload, "internal_error", repr(error), now_ms
                    )
                one = InboxResult(set_aside=1)
            result.receipts |= one.receipts
            result.new += one.new
            result.set_aside += one.set_aside
        return result

    def _store_one(
        self,
        connection: sa.Connection,
        intake: Intake,
        topic: str,
        payload: bytes,
        now_ms: int,
        result: InboxResult,
    ) -> None:
        match topics.parse(topic):
            case GateTopic(gate_id, GateChannel.CROSSINGS):
                stored = intake.store(decode_batch(payload, gate_id), now_ms)
                result.receipts[gate_id] = stored.receipt
                result.new += stored.new
            case GateTopic(gate_id, GateChannel.HEALTH):
                health = decode_health(payload)
                if not intake.is_registered(gate_id):
                    raise ContractError("unknown_gate", f"gate {gate_id} is not registered")
                store_health(connection, gate_id, health, now_ms)
                mark = health.stored - health.backlog
                if LEDGER_ID.fullmatch(health.ledger_id):
                    receipt = correcting_receipt(connection, gate_id, health.ledger_id, mark)
                    if receipt:
                        result.receipts[gate_id] = receipt
            case GateTopic(gate_id, GateChannel.LOG):
                gate_log = decode_log(payload)
                if not intake.is_registered(gate_id):
                    raise ContractError("unknown_gate", f"gate {gate_id} is not registered")
                store_log(connection, gate_id, gate_log.number, "\n".join(gate_log.lines), now_ms)
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
        add_dead_letter(
            connection,
            topic=topic,
            reason=reason,
            detail=detail,
            payload=payload[:MAX_PAYLOAD_BYTES],
            now_ms=now_ms,
        )
