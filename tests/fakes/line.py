"""A district at the other end of the connection, for gates without a network."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from device.uplink.session import Arrived, Connected, Disconnected, Event, SessionError
from gate_contract.crossing import Batch, decode_batch
from gate_contract.gate_log import GateLog, decode_log
from gate_contract.health import Health, decode_health
from gate_contract.receipt import Receipt, encode_receipt
from gate_contract.topics import GateChannel
from server_bridge.ingest.accept import Accepted, LedgerHead, accept


@dataclass
class District:
    """Accepts batches as the bridge does, in memory, and answers with receipts on request."""

    gate_id: str
    answering: bool = True
    reachable: bool = True
    heads: dict[str, LedgerHead] = field(default_factory=dict)
    batches: list[Batch] = field(default_factory=list)
    healths: list[Health] = field(default_factory=list)
    sessions: list["Line"] = field(default_factory=list)
    missing: int = 0
    logs: list[GateLog] = field(default_factory=list)

    def connect(self) -> Any:
        if not self.reachable:
            raise SessionError("no network")
        self.sessions.append(Line(self))
        return self.sessions[-1]

    def take(self, channel: GateChannel, payload: bytes) -> Receipt | None:
        if channel is GateChannel.HEALTH:
            self.healths.append(decode_health(payload))
            return None
        if channel is GateChannel.LOG:
            self.logs.append(decode_log(payload))
            return None
        batch = decode_batch(payload, self.gate_id)
        self.batches.append(batch)
        start = LedgerHead(0, batch.previous if batch.first_seq == 1 else "0" * 64)
        head = self.heads.get(batch.ledger_id, start)
        outcome = accept(head, batch)
        if isinstance(outcome, Accepted):
            head = self.heads[batch.ledger_id] = outcome.head
            self.missing += outcome.missing
        return self.receipt(batch.ledger_id, head)

    def receipt(self, ledger_id: str, head: LedgerHead) -> Receipt:
        return Receipt(ledger_id=ledger_id, stored_through=head.stored_through, chain=head.chain)


class Line:
    """A connection with the interface of a Session."""

    def __init__(self, district: District) -> None:
        self._district = district
        self.events: deque[Event] = deque([Connected()])
        self.is_closed = False

    def wait(self, timeout_s: float) -> Event | None:
        return self.events.popleft() if self.events else None

    def publish(self, channel: GateChannel, payload: bytes, *, retain: bool = False) -> None:
        receipt = self._district.take(channel, payload)
        if receipt and self._district.answering:
            self.tell(receipt)

    def tell(self, receipt: Receipt) -> None:
        self.events.append(Arrived(GateChannel.RECEIPT, encode_receipt(receipt)))

    def drop(self, code: int = 0x80) -> None:
        self.events.append(Disconnected(code, "dropped"))

    def close(self) -> None:
        self.is_closed = True
