"""A gate as an ordinary process: User Mode Linux that boots the image's root."""

import base64
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.virtual_gate.patience import Patience

TAP = "gate0"
HOST_ADDRESS, GATE_ADDRESS = "10.77.0.1", "10.77.0.2"
BOOT_S = 120.0
ANSWER_S = 120.0
NO_SLOTS = ("systemd.mask=gate-update.timer",)
"""For a root outside of slots: nothing looks after slots that do not exist."""


class GuestError(AssertionError):
    """The guest does not boot, does not answer, or a command in it failed."""


@dataclass
class Guest:
    """One boot of the virtual gate. A context manager: booted on entry, without power on exit.

    `root` is booted read-only; or the partition `slot` of the gate's `card`, from which a reboot is
    the end: the guest does not decide what boots next. `disks` come after them.
    """

    kernel: Path
    root: Path
    card: Path
    folder: Path
    disks: Sequence[Path] = ()
    network: bool = True
    arguments: Sequence[str] = ()
    memory_mb: int = 1024
    slot: int = 0
    booted_s: float = field(default=0.0, init=False)
    """Seconds from the start of the process until the agent in the guest answered."""
    witness: list[str] = field(default_factory=list, init=False)
    """Lines of the second serial line; nothing written there before a power cut is missing."""

    def start(self) -> None:
        """Boot, and return when the guest answers."""
        self._line, theirs = socket.socketpair()
        heard, speaks = socket.socketpair()
        began_s = time.monotonic()
        disks = [f"ubd{n}={disk}" for n, disk in enumerate((self.card, *self.disks), 1)]
        booted = ["root=/dev/ubda", *NO_SLOTS]
        if self.slot:
            booted = [f"root=/dev/ubdb{self.slot}", "noreboot"]
        network = [f"vec0:transport=tap,ifname={TAP},depth=64,gro=1"] if self.network else []
        command = [
            *("setpriv", "--pdeathsig", "KILL"),  # a test that is stopped leaves no guest behind
            str(self.kernel),
            f"mem={self.memory_mb}M",
            *(f"ubd0r={self.root}", *booted, "ro", *disks, *network),
            *("con0=null,fd:1", "con=null", f"ssl0=fd:{theirs.fileno()}"),
            *(f"ssl1=fd:{speaks.fileno()}", "ssl=null"),
            *("seccomp=auto", "panic=-1", "quiet", f"uml_dir={self.folder}"),
            *self.arguments,
        ]
        with (self.folder / "console.log").open("ab") as console:
            self._console_from = console.tell()
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                pass_fds=[theirs.fileno(), speaks.fileno()],
                start_new_session=True,
            )
        theirs.close()
        speaks.close()
        self._listener = threading.Thread(target=self._listen, args=[heard])
        self._listener.start()
        self._unread = b""
        self._receive(BOOT_S)
        self.booted_s = time.monotonic() - began_s

    def ask(self, command: str, *, within_s: float = ANSWER_S) -> tuple[int, str]:
        """Run a shell command as root in the guest; return its exit code and its output."""
        self.send(command)
        told = self._receive(within_s)
        return told["code"], told["said"]

    def send(self, command: str) -> None:
        """Run a command without an answer: it ends the guest."""
        self._line.sendall(json.dumps({"run": command}).encode() + b"\n")

    def run(self, command: str, *, within_s: float = ANSWER_S) -> str:
        """Run a command that must not fail; return its output."""
        code, said = self.ask(command, within_s=within_s)
        if code:
            raise GuestError(f"{command}: exit code {code}\n{said}")
        return said

    def write(self, path: str, text: str) -> None:
        """Write a file in the guest."""
        self.run(f"echo {base64.b64encode(text.encode()).decode()} | base64 -d > {path}")

    def until(self, command: str, *, within_s: float = ANSWER_S) -> str:
        """Repeat a command until it succeeds; return its output."""
        patience = self.patience(within_s)
        while True:
            code, said = self.ask(command)
            if not code:
                return said
            if patience.over():
                raise GuestError(
                    f"not within {within_s:.0f} s: {command}\n{said}\n{self.journal()}"
                )
            time.sleep(0.1)  # between looks

    def patience(self, within_s: float) -> Patience:
        """Return how long to wait for this guest."""
        return Patience(self._process.pid, within_s)

    def journal(self) -> str:
        """Return the end of the log of the gate's services."""
        return self.ask("journalctl -b -n 40 --no-pager -o short-monotonic")[1]

    def await_witness(self, lines: int, *, within_s: float = ANSWER_S) -> None:
        """Wait until so many lines have come on the second serial line."""
        patience = self.patience(within_s)
        while len(self.witness) < lines:
            if patience.over():
                raise GuestError(f"{len(self.witness)} of {lines} lines\n{self.console()}")
            time.sleep(0.01)  # between looks

    def await_boot(self, *, within_s: float) -> None:
        """Wait until the guest has rebooted by itself.

        It has no network then: the kernel, which continues in the same process, does not get its
        interface a second time.
        """
        while "up_s" not in self._receive(within_s):
            pass

    def power_off(self) -> None:
        """Shut down in an orderly way."""
        self.send("systemctl poweroff")
        self.await_end(within_s=ANSWER_S)

    def cut_power(self) -> None:
        """Kill the guest: what it had not written to its disk is lost."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self.await_end(within_s=ANSWER_S)

    def await_end(self, *, within_s: float) -> None:
        """Wait until the guest has ended by itself."""
        patience = self.patience(within_s)
        while self._process.poll() is None:
            if patience.over():
                raise GuestError(f"it does not end:\n{self.console()}")
            time.sleep(0.01)  # between looks
        self._listener.join()
        self._line.close()

    def _listen(self, heard: socket.socket) -> None:
        with heard, heard.makefile("r", encoding="ascii") as lines:
            self.witness.extend(line.strip() for line in lines)

    def _receive(self, within_s: float) -> dict[str, Any]:
        patience = self.patience(within_s)
        self._line.settimeout(1)
        while b"\n" not in self._unread:
            try:
                more = self._line.recv(65536)
            except TimeoutError:
                if not patience.over():
                    continue
                more = b""
            if not more:
                raise GuestError(f"the guest does not answer:\n{self.console()}")
            self._unread += more
        line, self._unread = self._unread.split(b"\n", 1)
        told: dict[str, Any] = json.loads(line)
        return told

    def console(self) -> str:
        """Return the end of the kernel's messages since this boot."""
        said = (self.folder / "console.log").read_bytes()[self._console_from :]
        return said[-4000:].decode(errors="replace")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.cut_power()
