"""A gate's data partition with orders, a RAUC that accepts good bundles, an unreliable server."""

import base64
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from device.orders.store import write_stored
from device.orders.trial import StoredOrders
from device.status_files import read_update
from device.updating import state_file
from device.updating.boot_choice import SECTOR, sector
from device.updating.boot_slot import BootSlot
from device.updating.download import Ask, bundle_path
from device.updating.https_client import FetchError, PartialContent
from device.updating.install_rules import UpdateState
from device.updating.order_follower import OrderFollower, Places
from device.updating.rauc_backend import Backend
from device.updating.slot_service import GateSystem
from gate_contract.errors import SchoolgateError
from gate_contract.health import UpdateFault, UpdateHealth
from gate_contract.orders import Update
from tests.builders.orders import GATE_ID, KEY_ID, PUBLIC, orders, payload

MACHINE, OLD, NEW = "schoolgate-arm64", "20260101", "20260528"
BUNDLE = bytes(range(256)) * 4096
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
NIGHT = datetime(2026, 11, 23, 22, 0, tzinfo=HANOI)
AFTERNOON = datetime(2026, 11, 22, 15, 0, tzinfo=HANOI)
"""A Sunday: the school is closed, but it is outside of the orders' hours."""
URL = "https://desk.example.vn/updates/a.raucb"


def update(content: bytes = BUNDLE, **changes: Any) -> Update:
    told: dict[str, Any] = {"number": 7, "version": NEW, "url": URL, "size": len(content)}
    return Update(**{**told, "sha256": sha256(content).digest(), **changes})


@dataclass
class FakeLine:
    """A server whose connection breaks off after `breaks` bytes of each answer.

    `asked` records the offsets. `knows_parts`: it supports Range.
    """

    content: bytes = BUNDLE
    breaks: Sequence[int] = ()
    knows_parts: bool = True
    faults: Sequence[UpdateFault] = ()
    asked: list[int] = field(default_factory=list)
    on_read: Callable[[int], None] = lambda _: None

    @contextmanager
    def ask(self, url: str, begins: int) -> Iterator[PartialContent]:
        turn = len(self.asked)
        self.asked.append(begins)
        if turn < len(self.faults):
            raise FetchError(self.faults[turn], f"{url}: as the test wants")
        first = begins if self.knows_parts else 0
        end = first + self.breaks[turn] if turn < len(self.breaks) else len(self.content)
        at = [first]

        def read(most: int) -> bytes:
            self.on_read(at[0])
            block = self.content[at[0] : min(at[0] + most, end)]
            at[0] += len(block)
            return block

        yield PartialContent(first, len(self.content), read)


@dataclass
class Gate:
    """A gate. `bundle` is what RAUC says of a bundle (machine and version)."""

    folder: Path
    now: datetime | None = NIGHT
    running: BootSlot = BootSlot.A
    version: str = OLD
    bundle: tuple[str, str] = (MACHINE, NEW)
    refuses: str = ""
    done: list[str] = field(default_factory=list)
    paused: list[float] = field(default_factory=list)
    orders_version: int = 0

    def __post_init__(self) -> None:
        self.etc, self.data = self.folder / "etc", self.folder / "data" / "updates"
        (self.etc / "system").mkdir(parents=True)
        self.data.mkdir(parents=True)
        (self.folder / "GATE").write_bytes(b"\0" * SECTOR + sector(BootSlot.A))
        key = base64.b64encode(PUBLIC).decode()
        (self.etc / "gate.toml").write_text(
            f'[gate]\nid = "{GATE_ID}"\nstate_dir = "state"\nrun_dir = "run"\n'
            f'[cards.keys]\n1 = "{key}"\n[orders.keys]\n{KEY_ID} = "{key}"\n'
            '[broker]\nhost = "broker.example.vn"\n'
        )
        self.places.update_ca.write_text("a district's")

    @property
    def places(self) -> Places:
        return Places(self.etc / "gate.toml", self.data)

    @property
    def slots(self) -> Backend:
        return Backend(self.folder / "GATE", self.data / "state.json", self.running)

    def follower(self) -> OrderFollower:
        at = GateSystem(
            self.slots, self.run, MACHINE, self.version, lambda: self.now, lambda _: None
        )
        return OrderFollower(self.places, at)

    def order(self, wanted: Update | None, payload_of: bytes | None = None) -> None:
        """Store the latest orders."""
        self.orders_version += 1
        made = payload_of or payload(orders(self.orders_version, update=wanted))
        write_stored(self.etc / "state", StoredOrders(latest=made))

    def fetch(self, ask: Ask) -> str:
        return _said(self.follower().fetch(ask, self.paused.append))

    def follow(self) -> str:
        return _said(self.follower().follow())

    def put(self, wanted: Update, content: bytes = BUNDLE) -> None:
        """Store the bundle as if it had been downloaded."""
        path = bundle_path(self.places.bundles, wanted)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)

    def run(self, words: Sequence[str]) -> str:
        match words:
            case ["rauc", "info", *_]:
                if self.refuses == "info":
                    raise SchoolgateError("rauc: signature verification failed")
                told = dict(zip(("compatible", "version"), self.bundle, strict=True))
                return msgspec.json.encode(told).decode()
            case ["rauc", "install", *_]:
                if self.refuses == "install":
                    raise SchoolgateError("rauc: failed to write")
                self.slots.set_bad(self.running.other)
                self.slots.set_good(self.running.other)
                self.slots.set_primary(self.running.other)
            case ["rauc", "status", "--output-format=json", *_]:
                return '{"slots": []}'
            case ["systemctl", "show", *_]:
                return "active"
        self.done.append(" ".join(words[:2]))
        return ""

    @property
    def state(self) -> UpdateState:
        return state_file.recall(self.slots.kept)

    @property
    def told(self) -> UpdateHealth:
        """What gate-uplink would report to the district."""
        health = read_update(self.follower().config.update_status_path)
        assert health, "nothing was told"
        return health

    @property
    def files(self) -> list[str]:
        return sorted(path.suffix for path in self.places.bundles.glob("*"))


def _said(found: object) -> str:
    stage, fault = getattr(found, "stage", ""), getattr(found, "fault", "")
    return " ".join(filter(None, (stage, fault)))
