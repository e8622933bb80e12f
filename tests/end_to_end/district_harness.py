"""Run a small district of real processes; each can be killed and started again."""

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from device.config import Config, load
from device.ledger.file import LedgerError, LedgerFile
from device.scan.gatekeeper import Gatekeeper
from device.scan.run import keeper
from gate_contract.gate_files import GateFiles
from gate_contract.ledger_signature import key_text
from gate_contract.verdicts import CROSSINGS
from server_bridge import pki
from server_bridge.broker.config import DATA, find_mosquitto, write_broker_config
from server_bridge.clock import now_ms
from server_bridge.fleet.gate_folder import write_gate_folder
from server_bridge.home import Home, initialise
from server_bridge.pki import Identity
from server_bridge.store.crossings.dead_letters import count_dead_letters
from server_bridge.store.units.tree import Unit, add_gate, add_unit, add_viewer
from tests.fakes.broker import HOST, accepts, free_port
from tests.fakes.patience import PATIENCE_S

SCHOOL, COMMUNE, VIEWER = "thcs-a", "xa-c", "hall"
PROGRAMS = Path(sys.executable).parent


@dataclass
class DistrictHarness:
    """A context manager; it kills what still runs at its end."""

    folder: Path
    gate_ids: tuple[str, ...] = ("gate-a1",)
    host: str = HOST
    settings: str = ""
    """More lines for `bridge.toml`."""
    home: Home = field(init=False)
    configs: dict[str, Path] = field(default_factory=dict)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        folder = self.folder / "bridge"
        folder.mkdir(parents=True)
        self.port = free_port()
        (folder / "bridge.toml").write_text(
            f'[broker]\nhost = "{self.host}"\nport = {self.port}\n[web]\nport = {free_port()}\n'
            + self.settings
        )
        self.home = initialise(folder)
        with closing(self.home.database()) as database, database.write() as connection:
            add_unit(connection, Unit(COMMUNE, "Xã C", "commune", None))
            add_unit(connection, Unit(SCHOOL, "Trường THCS A", "school", COMMUNE))
            add_viewer(connection, VIEWER, now_ms())
        now = datetime.now(UTC)
        viewer = pki.issue(self.home.pki, Identity.viewer(VIEWER), now=now)
        viewer.write(self.folder / "viewer")
        self.broker_config = write_broker_config(
            self.home.broker_folder,
            authority=self.home.pki,
            host=self.host,
            port=self.port,
            now=now,
            viewers=[VIEWER],
        )
        for gate_id in self.gate_ids:
            self.configs[gate_id] = self._configure(gate_id, now)

    def _configure(self, gate_id: str, now: datetime) -> Path:
        issued = pki.issue(self.home.pki, Identity.gate(gate_id), now=now)
        with closing(self.home.database()) as database, database.write() as connection:
            add_gate(connection, gate_id, SCHOOL, now_ms(), key_text(issued.public_key))
        path = write_gate_folder(
            self.folder / gate_id,
            GateFiles(
                gate_id=gate_id,
                direction="auto",
                timezone="Asia/Ho_Chi_Minh",
                broker_host=self.host,
                broker_port=self.port,
                card_keys=self.home.keys.public_keys(),
                order_keys=self.home.keys.orders_public_keys(),
                cert_pem=issued.cert_pem,
                key_pem=issued.key_pem,
                ca_pem=issued.ca_pem,
            ),
        )
        path.write_text(self.amended(path.read_text("utf-8")), "utf-8")
        return path

    def amended(self, text: str) -> str:
        """Return a gate's configuration for a gate that is processes on this machine."""
        text = text.replace(
            "[gate]\n", '[gate]\nstate_dir = "state"\nrun_dir = "run"\nrepeat_window_s = 0.001\n', 1
        )
        text += '\n[clock]\nbattery = true\n[signals]\ndriver = "none"\n'
        return text + '[camera]\nsource = "replay"\npath = "frames"\n'

    # --- processes

    def start(self, name: str) -> None:
        """Start `broker`, `bridge`, or a gate's `uplink <gate_id>`."""
        with (self.folder / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                self._command(name), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        if name == "broker":
            until(lambda: accepts(self.port, self.host))

    def await_bridge(self) -> None:
        """Wait until the bridge receives what is published."""
        until(lambda: "ingesting" in self.log("bridge"))

    def _command(self, name: str) -> list[str | Path]:
        if name == "broker":
            return [find_mosquitto(), "-c", self.broker_config]
        if name == "bridge":
            return [PROGRAMS / "gate-bridge", "serve", "--home", self.home.folder]
        part, _, gate_id = name.partition(" ")
        return [PROGRAMS / "gate", part, "--config", self.configs[gate_id]]

    def start_all(self) -> None:
        for name in ("broker", "bridge", *(f"uplink {gate_id}" for gate_id in self.gate_ids)):
            self.start(name)

    def kill(self, name: str) -> None:
        """Kill a process with signal 9; a broker's persistence is deleted with it."""
        process = self.running.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if name == "broker":
            (self.home.broker_folder / DATA / "mosquitto.db").unlink(missing_ok=True)

    def stop(self, name: str) -> int:
        """End a process in good order; return its exit code."""
        process = self.running.pop(name)
        process.terminate()
        return process.wait(PATIENCE_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for name in list(self.running):
            self.kill(name)

    # --- gates

    def config(self, gate_id: str) -> Config:
        return load(self.configs[gate_id])

    @contextmanager
    def gatekeeper(self, gate_id: str) -> Iterator[Gatekeeper]:
        """Yield a gate's scanning side, in this process, on the file that its uplink delivers."""
        made = keeper(self.config(gate_id))
        try:
            yield made
        finally:
            made.close()

    def stored_and_receipted(self, gate_id: str) -> tuple[int, int]:
        config = self.config(gate_id)
        with closing(LedgerFile.open(config.ledger_path, gate_id)) as ledger:
            return ledger.head()[0], ledger.receipted()

    def crossings(self, gate_id: str) -> int:
        """Count the crossings in the gate's own ledger."""
        config = self.config(gate_id)
        with closing(LedgerFile.open(config.ledger_path, gate_id)) as ledger:
            return sum(record.verdict in CROSSINGS for record, _ in ledger.records(1, 10**9))

    def drained(self) -> bool:
        """Return whether every record of every gate has its receipt."""
        return all(self.drained_of(gate_id)() for gate_id in self.gate_ids)

    def drained_of(self, gate_id: str) -> Callable[[], bool]:
        """Return a function that says the same of one gate."""

        def drained() -> bool:
            try:
                stored, receipted = self.stored_and_receipted(gate_id)
            except LedgerError:
                return False
            return stored == receipted > 0

        return drained

    # --- the district

    def command(
        self, *arguments: str, within_s: float = PATIENCE_S
    ) -> subprocess.CompletedProcess[str]:
        """Run a `gate-bridge` command on this district."""
        return subprocess.run(
            [PROGRAMS / "gate-bridge", *arguments, "--home", self.home.folder],
            capture_output=True,
            text=True,
            timeout=within_s,
            check=False,
        )

    def counts(self) -> dict[str, dict[str, Any]]:
        """Return `gate-bridge counts --json`, by unit."""
        told = json.loads(self.command("counts", "--json").stdout)
        return {unit["unit_id"]: unit for unit in told["units"]}

    def back_up(self) -> Path:
        """Copy the database as it is now; return the copy."""
        copy = self.folder / "backup.db"
        with (
            closing(sqlite3.connect(self.home.folder / "bridge.db")) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
        return copy

    def restore(self, copy: Path) -> None:
        """Put a copy in the place of the database, while the bridge is not running."""
        for name in ("bridge.db-wal", "bridge.db-shm"):
            (self.home.folder / name).unlink(missing_ok=True)
        copy.replace(self.home.folder / "bridge.db")

    def set_aside(self) -> dict[str, int]:
        """Return how many messages were set aside, by reason."""
        found: Counter[str] = Counter()
        with closing(self.home.database()) as database, database.read() as connection:
            for (_, reason), number in count_dead_letters(connection).items():
                found[reason] += number
        return dict(found)

    def overhear(self, unit_id: str) -> dict[str, Any]:
        """Return what a viewer receives about a unit."""
        return overhear(self.port, self.folder / "viewer", unit_id)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text("utf-8", errors="replace")


def overhear(port: int, viewer: Path, unit_id: str) -> dict[str, Any]:
    """Return what a plain mosquitto_sub with the certificate in `viewer` receives about a unit."""
    done = subprocess.run(
        [
            "mosquitto_sub",
            *("-h", "127.0.0.1", "-p", str(port), "-V", "mqttv5"),
            *("--cafile", viewer / "ca.pem", "--cert", viewer / "cert.pem"),
            *("--key", viewer / "key.pem", "-t", f"unit/v1/{unit_id}/counts"),
            *("-C", "1", "-W", f"{PATIENCE_S:.0f}"),
        ],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def until(condition: Callable[[], bool], *, within_s: float = PATIENCE_S) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"the condition did not hold within {within_s} s"
        time.sleep(0.05)  # leave the CPU to the programs under test between two checks
