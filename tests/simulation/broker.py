"""A broker and its connections: MQTT's QoS 1, with everything it allows to happen.

A publication travels over a connection to the broker, is kept in a queue for the bridge (a
persistent session) or passed to a connected gate (no session), and travels on. A connection that
breaks loses what is in transit. A broker that is killed restarts in an earlier state, or empty.
"""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from device.uplink import session as gate_side
from gate_contract import topics
from gate_contract.health import OFFLINE, encode_health
from gate_contract.receipt import decode_receipt, encode_receipt
from gate_contract.topics import GateChannel, GateTopic
from server_bridge.mqtt import session as bridge_side
from tests.simulation.perils import Perils

Letter = tuple[str, bytes]
RECEIVE_MAXIMUM = 20
BROKEN = 0x80


class SimGateSession(gate_side.Session):
    """A gate's connection to the simulated broker, with the interface of the real one."""

    def __init__(self, broker: "Broker", gate_id: str) -> None:
        # The real constructor connects; everything that it would set up is replaced here.
        self.gate_id = gate_id
        self.broker = broker
        self.out: deque[Letter] = deque()
        self.arriving: deque[gate_side.Event] = deque()
        self.events: deque[gate_side.Event] = deque()
        self.acknowledged: list[Letter] = []
        """What the broker has acknowledged (PUBACK)."""
        broker.connect_gate(self)

    def wait(self, _timeout_s: float) -> gate_side.Event | None:
        return self.events.popleft() if self.events else None

    def publish(
        self,
        channel: GateChannel,
        payload: bytes,
        *,
        retain: bool = False,
    ) -> None:
        self.broker.perils.meet(f"{self.gate_id} uplink", f"publish {channel}")
        self.out.append((topics.gate(self.gate_id, channel), payload))

    def close(self) -> None:
        self.broker.gate_left(self, in_order=True)


class SimBridgeSession(bridge_side.BridgeSession):
    """The bridge's connection to the simulated broker, with the interface of the real one."""

    def __init__(self, broker: "Broker", commits: Callable[[], int]) -> None:
        self.broker = broker
        self.commits = commits
        self.out: deque[Letter] = deque()
        self.acks: deque[int] = deque()
        self.arriving: deque[bridge_side.Event] = deque()
        self.events: deque[bridge_side.Event] = deque()
        self.inflight: dict[int, Letter] = {}
        self._commits_at: dict[int, int] = {}
        broker.connect_bridge(self)

    def wait(self, _timeout_s: float) -> bridge_side.Event | None:
        if not self.events:
            return None
        event = self.events.popleft()
        if isinstance(event, bridge_side.ReceivedMessage):
            self._commits_at[event.mid] = self.commits()
        return event

    def acknowledge(self, message: bridge_side.ReceivedMessage) -> None:
        self.broker.perils.meet("bridge", "acknowledge")
        if self.commits() <= self._commits_at[message.mid]:
            self.broker.report("the bridge acknowledged a message before it had committed it")
        self.acks.append(message.mid)

    def publish(self, topic: str, payload: bytes) -> None:
        self.broker.perils.meet("bridge", f"publish {topic}")
        self.out.append((topic, payload))

    def close(self) -> None:
        self.broker.bridge_left(self)


@dataclass
class Broker:
    """A broker. `carry` moves one message over a random connection, with random delays."""

    chance: random.Random
    perils: Perils
    say: Callable[[str, str], None]
    report: Callable[[str], None]
    up: bool = True
    retained: dict[str, bytes] = field(default_factory=dict)
    queue: deque[Letter] = field(default_factory=deque)
    gates: dict[str, SimGateSession] = field(default_factory=dict)
    bridge: SimBridgeSession | None = None
    past: list[Letter] = field(default_factory=list)
    """Everything that ever passed, to be repeated."""
    saved: tuple[dict[str, bytes], list[Letter]] = ({}, [])
    unreachable: set[str] = field(default_factory=set)
    _mids: int = 0

    # -- connections

    def connect_gate(self, session: SimGateSession) -> None:
        if not self.up or session.gate_id in self.unreachable:
            raise gate_side.SessionError("the broker cannot be reached")
        self._end_gate(session.gate_id, gate_side.TAKEN_OVER)
        self.gates[session.gate_id] = session
        session.arriving.append(gate_side.Connected())
        topic = topics.gate(session.gate_id, GateChannel.RECEIPT)
        if topic in self.retained:
            session.arriving.append(gate_side.Arrived(GateChannel.RECEIPT, self.retained[topic]))

    def connect_bridge(self, session: SimBridgeSession) -> None:
        if not self.up:
            raise bridge_side.BrokerError("the broker cannot be reached")
        if self.bridge:
            self.bridge_left(self.bridge)
        self.bridge = session
        session.arriving.append(bridge_side.Subscribed())
        for topic, payload in self.retained.items():
            if topic.endswith(GateChannel.HEALTH):
                self._hand_over(session, (topic, payload))

    def gate_left(self, session: SimGateSession, *, in_order: bool) -> None:
        if self.gates.get(session.gate_id) is not session:
            return
        del self.gates[session.gate_id]
        if not in_order:
            will = topics.gate(session.gate_id, GateChannel.HEALTH)
            self._take((will, encode_health(OFFLINE)))

    def bridge_left(self, session: SimBridgeSession) -> None:
        if self.bridge is not session:
            return
        self.bridge = None
        again = list(session.inflight.values())
        if self.chance.random() < 0.2:
            self.chance.shuffle(again)
        self.queue.extendleft(reversed(again))

    def cut_gate(self, gate_id: str) -> None:
        """Break the gate's connection; what was in transit is lost."""
        self._end_gate(gate_id, BROKEN)

    def cut_bridge(self) -> None:
        """Break the bridge's connection."""
        if self.bridge:
            session = self.bridge
            self.bridge_left(session)
            session.arriving.clear()
            session.events.append(bridge_side.Disconnected("connection lost"))

    def _end_gate(self, gate_id: str, code: int) -> None:
        session = self.gates.get(gate_id)
        if session:
            self.gate_left(session, in_order=False)
            session.arriving.clear()
            session.events.append(gate_side.Disconnected(code, "connection lost"))

    # -- faults of the broker itself

    def save(self) -> None:
        """Save the state, as the broker's autosave does."""
        inflight = list(self.bridge.inflight.values()) if self.bridge else []
        self.saved = (dict(self.retained), inflight + list(self.queue))

    def kill(self, keeps: str) -> None:
        """Kill the broker. `keeps`: `all`, what was `saved` last, or `nothing`."""
        self.say("broker", f"killed, comes back with {keeps}")
        for gate_id in list(self.gates):
            self._end_gate(gate_id, BROKEN)
        self.cut_bridge()
        if keeps != "all":
            retained, queue = self.saved if keeps == "saved" else ({}, [])
            self.retained, self.queue = dict(retained), deque(queue)
        self.up = False

    def haunt(self) -> None:
        """Repeat an old message: a duplicate, late and out of order."""
        if not self.past:
            return
        topic, payload = self.chance.choice(self.past)
        to = topics.parse(topic)
        assert isinstance(to, GateTopic)
        if to.channel is GateChannel.RECEIPT:
            if to.gate_id in self.gates:
                self.say("broker", f"a receipt for {to.gate_id} comes again")
                self.gates[to.gate_id].arriving.append(
                    gate_side.Arrived(GateChannel.RECEIPT, payload)
                )
        else:
            self.say("broker", f"{topic} comes again")
            self.queue.append((topic, payload))

    def mislead(self) -> None:
        """Send a false receipt, whose hash is that of no ledger."""
        receipts = [letter for letter in self.past if letter[0].endswith(GateChannel.RECEIPT)]
        if not receipts:
            return
        topic, payload = self.chance.choice(receipts)
        to = topics.parse(topic)
        if isinstance(to, GateTopic) and to.gate_id in self.gates:
            receipt = decode_receipt(payload)
            receipt = msgspec.structs.replace(
                receipt,
                stored_through=receipt.stored_through + self.chance.randint(0, 3),
                chain=self.chance.randbytes(32).hex(),
            )
            self.say("broker", f"a false receipt for {to.gate_id}: {receipt.stored_through}")
            event = gate_side.Arrived(GateChannel.RECEIPT, encode_receipt(receipt))
            self.gates[to.gate_id].arriving.append(event)

    # -- the wires

    def carry(self) -> bool:
        """Move one message; return False if none is in transit."""
        moves: list[Callable[[], None]] = []
        for session in self.gates.values():
            if session.out:
                moves.append(lambda s=session: self._from_gate(s))  # type: ignore[misc]
            if session.arriving:
                moves.append(lambda s=session: s.events.append(s.arriving.popleft()))  # type: ignore[misc]
        if self.bridge:
            bridge = self.bridge
            if bridge.acks:
                moves.append(lambda: _settle(bridge))
            if bridge.out:
                moves.append(lambda: self._take(bridge.out.popleft()))
            if bridge.arriving:
                moves.append(lambda: bridge.events.append(bridge.arriving.popleft()))
            if self.queue and len(bridge.inflight) < RECEIVE_MAXIMUM:
                moves.append(lambda: self._hand_over(bridge, self.queue.popleft()))
        if moves:
            self.chance.choice(moves)()
        return bool(moves)

    def _from_gate(self, session: SimGateSession) -> None:
        letter = session.out.popleft()
        session.acknowledged.append(letter)
        self._take(letter)

    def _take(self, letter: Letter) -> None:
        topic, payload = letter
        to = topics.parse(topic)
        if not isinstance(to, GateTopic):
            self.retained[topic] = payload
            return
        if to.channel in (GateChannel.RECEIPT, GateChannel.HEALTH):
            self.retained[topic] = payload
        if to.channel in (GateChannel.RECEIPT, GateChannel.CROSSINGS):
            self.past.append(letter)
        if to.channel is GateChannel.RECEIPT:
            if to.gate_id in self.gates:
                self.gates[to.gate_id].arriving.append(gate_side.Arrived(to.channel, payload))
        else:
            self.queue.append(letter)

    def _hand_over(self, bridge: SimBridgeSession, letter: Letter) -> None:
        self._mids += 1
        bridge.inflight[self._mids] = letter
        bridge.arriving.append(bridge_side.ReceivedMessage(*letter, mid=self._mids, qos=1))


def _settle(bridge: SimBridgeSession) -> None:
    bridge.inflight.pop(bridge.acks.popleft(), None)
