"""A real mosquitto on a free loopback port, run from the files that the bridge writes."""

import random
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from server_bridge import pki
from server_bridge.broker.config import CONFIGURATION, DATA, write_access_list, write_broker_config
from server_bridge.broker.program import find_mosquitto
from server_bridge.pki import Identity
from server_bridge.store.units.tree import UnitViewer
from tests.fakes.patience import PATIENCE_S

HOST = "127.0.0.1"


class Broker:
    """A broker with its own authority. A context manager: started on entry, stopped on exit."""

    def __init__(
        self,
        folder: Path,
        *,
        viewers: Sequence[str] = ("hall",),
        unit_viewers: Sequence[UnitViewer] = (),
    ) -> None:
        self.folder = folder
        self.pki = folder / "pki"
        self.host = HOST
        self.port = free_port()
        self.viewers = tuple(viewers)
        self._process: subprocess.Popen[bytes] | None = None
        now = datetime.now(UTC)
        pki.create_authority(self.pki, "Test authority", now=now)
        write_broker_config(
            folder / "broker",
            authority=self.pki,
            host=HOST,
            port=self.port,
            now=now,
            viewers=viewers,
            unit_viewers=unit_viewers,
        )

    @property
    def configuration(self) -> Path:
        return self.folder / "broker" / CONFIGURATION

    @property
    def persistence(self) -> Path:
        return self.folder / "broker" / DATA / "mosquitto.db"

    def identity(self, identity: Identity) -> Path:
        """Return the folder of a party's `ca.pem`, `cert.pem` and `key.pem`, issued on demand."""
        folder = self.folder / "identities" / identity.common_name
        if not folder.exists():
            pki.issue(self.pki, identity, now=datetime.now(UTC)).write(folder)
        return folder

    def shut_out(self, *gate_ids: str) -> None:
        """Renew the access list and let the running broker reload it."""
        write_access_list(self.folder / "broker", viewers=self.viewers, shut_out=gate_ids)
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    def start(self) -> None:
        """Start it; return when the port accepts connections."""
        assert self._process is None, "the broker already runs"
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [find_mosquitto(), "-c", self.configuration], stderr=log, stdout=log
            )
        deadline = time.monotonic() + PATIENCE_S
        while not accepts(self.port):
            assert self._process.poll() is None, f"mosquitto ended:\n{self.log}"
            assert time.monotonic() < deadline, f"mosquitto does not listen:\n{self.log}"

    def stop(self) -> None:
        """Stop it as an operator would; it saves its state."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill it, as a power cut would."""
        self._end(signal.SIGKILL)

    def delete_persistence(self) -> None:
        self.persistence.unlink(missing_ok=True)

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(PATIENCE_S)
            self._process = None


def free_port() -> int:
    """Return a port below the range that Linux gives to outgoing connections.

    While the broker is down, a client that keeps trying a port of that range can end up connected
    to itself.
    """
    for port in random.sample(range(15_000, 32_000), 100):
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")


def accepts(port: int, host: str = HOST) -> bool:
    """Whether something listens, after a short wait."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except ConnectionRefusedError:
        time.sleep(0.02)
        return False
    return True
