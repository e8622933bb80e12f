"""Try what a service may and may not do. `probe.py HOST PORT NAMES` prints each result."""

# ruff: noqa: T201 (the host reads what it prints)

import ctypes
import json
import mmap
import os
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

HOST, PORT = sys.argv[1], int(sys.argv[2])
NEWUSER = 0x10000000


def main(names: list[str]) -> None:
    print(json.dumps({name: attempt(name) for name in names}))


def attempt(name: str) -> str:
    try:
        what(name)()
    except OSError as error:
        return str(error)
    return "done"


def what(name: str) -> Callable[[], object]:
    if name.startswith("/dev/"):
        return lambda: os.close(os.open(name, os.O_RDWR | os.O_NONBLOCK))
    if name.startswith("/"):
        return lambda: Path(name).read_bytes()
    if name.startswith("write "):
        return lambda: write(Path(name.removeprefix("write ")) / "virtual-gate-probe")
    return {
        "connect to the broker": lambda: socket.create_connection((HOST, PORT), 5).close(),
        "interfaces beside lo": interfaces,
        "set the clock": lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()),
        "a namespace of its own": lambda: libc("unshare", NEWUSER),
        "memory to write and run": lambda: mmap.mmap(
            -1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
        ),
    }[name]


def write(path: Path) -> None:
    path.write_text("")
    path.unlink()


def interfaces() -> None:
    found = {
        line.split(":")[0].strip() for line in Path("/proc/net/dev").read_text().splitlines()[2:]
    }
    if found == {"lo"}:
        raise OSError("only lo")


def libc(name: str, *arguments: int) -> None:
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


main(json.loads(sys.argv[3]))
