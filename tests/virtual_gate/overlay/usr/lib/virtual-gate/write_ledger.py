"""Let people pass the gate as fast as its own code records them, and report each of them.

`write_ledger.py line SYNCHRONOUS` reports over a serial line, until the power is cut.
`write_ledger.py log SYNCHRONOUS` marks the log of all writes, and ends after one pass of all cards.
`write_ledger.py count ""` prints how many crossings the ledger holds.

SYNCHRONOUS is SQLite's setting; "" is what ships, all others are controls.
"""

# ruff: noqa: T201 (the host reads what it prints)

import sqlite3
import subprocess
import sys
import tty
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

from log_writes import DEVICE, LogWrites

from device.clock import SystemClock
from device.config import Config, load
from device.ledger import file as ledger_file
from device.ledger.verification import verify
from device.scan.run import keeper
from gate_contract.verdicts import CROSSINGS

DISK, LOG, LINE = Path("/dev/ubdb"), Path("/dev/ubdc"), Path("/dev/ttyS1")
CONFIG = Path("/etc/schoolgate/gate.toml")
GAP_MS = 2_000


def main(tell: str, synchronous: str) -> None:
    if synchronous:
        weaken(synchronous)
    if tell == "line":
        with LINE.open("wb", buffering=0) as line, mounted(DISK):
            tty.setraw(line.fileno())
            work(lambda number: line.write(f"{number}\n".encode()), endless=True)
        return
    if tell == "count":
        with mounted(DISK):
            print(crossings(load(CONFIG)))
        return
    with LogWrites(DISK, LOG) as log, mounted(DEVICE):
        work(lambda number: log.mark(f"told-{number}"), endless=False)


@contextmanager
def mounted(disk: Path) -> Iterator[None]:
    """Mount the data partition in its places, as the image's fstab does."""
    fstab = [line.split() for line in Path("/etc/fstab").read_text().splitlines()]
    (options,) = [fields[3] for fields in fstab if fields[1:2] == ["/data"]]
    run("mount", "-t", "ext4", "-o", options, disk, "/data")
    run("systemd-tmpfiles", "--create", "--prefix=/data")
    run("mount", "--bind", "/data/gate", "/etc/schoolgate")
    run("mount", "--bind", "/data/ledger", "/var/lib/schoolgate")
    yield
    for place in ("/var/lib/schoolgate", "/etc/schoolgate", "/data"):
        run("umount", place)


def work(tell: Callable[[int], object], *, endless: bool) -> None:
    """Let everybody pass. The reported number is that of all crossings in the ledger."""
    config = load(CONFIG)
    codes = Path("/data/virtual-gate/codes").read_bytes().splitlines()
    clock = SystemClock()
    answered = crossings(config)
    with closing(keeper(config)) as gate:
        for shown in count() if endless else range(len(codes)):
            reading = clock.read()
            code = codes[shown % len(codes)]
            for answer in gate.see([code], reading.up_ms + shown * GAP_MS, reading):
                if answer.verdict in CROSSINGS:
                    answered += 1
                    tell(answered)


def crossings(config: Config) -> int:
    """Count the ledger's crossings, all verified; 0 if there is no ledger."""
    if not config.ledger_path.exists():
        return 0
    with closing(ledger_file.LedgerFile.open(config.ledger_path, config.gate.id)) as ledger:
        tally = verify(ledger).tally
    return sum(number for verdict, number in tally.items() if verdict in CROSSINGS)


def weaken(synchronous: str) -> None:
    real = ledger_file._connect

    def weakened(path: Path, mode: str) -> sqlite3.Connection:
        connection = real(path, mode)
        connection.execute(f"PRAGMA synchronous={synchronous}")
        return connection

    ledger_file._connect = weakened


def run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
