"""The work of each service, really done under its unit's system call and memory rules."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.systemd.units import NAMES

SCAN, UPLINK, BRIDGE = NAMES
ROOT = Path(__file__).parents[2]

LEDGER = """
import sqlite3
one, two = sqlite3.connect("ledger.db"), sqlite3.connect("ledger.db")
assert one.execute("PRAGMA journal_mode=WAL").fetchone() == ("wal",)
one.execute("PRAGMA synchronous=FULL")
one.execute("CREATE TABLE t (seq INTEGER PRIMARY KEY)")
with one:
    one.execute("INSERT INTO t VALUES (1)")
assert two.execute("SELECT * FROM t").fetchall() == [(1,)]
two.execute("PRAGMA wal_checkpoint(TRUNCATE)")
"""

NOTIFY = """
import os, socket, threading
systemd = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
systemd.bind("notify")
os.environ["NOTIFY_SOCKET"] = "notify"
import sdnotify
sdnotify.SystemdNotifier().notify("WATCHDOG=1")
assert systemd.recv(100) == b"WATCHDOG=1"
threading.Thread(target=print).start()
"""

CAMERA = """
import ctypes, cv2, numpy, pyzbar.pyzbar, zxingcpp
frame = cv2.GaussianBlur(numpy.zeros((480, 640), "u1"), (5, 5), 0)
assert not zxingcpp.read_barcodes(frame) and not pyzbar.pyzbar.decode(frame)
numpy.ones((300, 300)) @ numpy.ones((300, 300))
cv2.VideoCapture("/dev/video-that-is-not-there").release()
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
Ed25519PrivateKey.generate().sign(b"x")
"""

DECODER = """
from device.scan.decode.process import DecoderProcess
with DecoderProcess("schoolgate", {}) as decoder:
    assert decoder.sealed
    assert decoder.decode(frame) == []
    assert decoder.mishaps.total == 0
"""

GPIO = """
import os
os.mkfifo("lgpio-makes-one")
os.chmod("lgpio-makes-one", 0o664)
"""

CLOCK = """
import ctypes, time
libc = ctypes.CDLL(None, use_errno=True)
assert libc.adjtimex(ctypes.create_string_buffer(512)) >= 0
try:
    time.clock_settime(time.CLOCK_REALTIME, time.time())
    raise SystemExit("the clock could be set")
except PermissionError:
    pass
"""

NETWORK = """
import socket, ssl
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
server.accept()[0].sendall(b"x")
assert client.recv(1) == b"x"
socket.getaddrinfo("localhost", 8883)
ssl.create_default_context()
import paho.mqtt.client
"""

PAGE = """
import asyncio, tempfile
import alembic, fpdf, jinja2, psycopg, qrcode, sqlalchemy, starlette, uvicorn
from pathlib import Path
from datetime import datetime, UTC
from server_bridge import pki
pki.create_authority(Path("pki"), "Test", now=datetime.now(UTC))
pki.issue(Path("pki"), pki.Identity.gate("vg-01"), now=datetime.now(UTC)).write(Path("gate"))
async def serve():
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    assert await reader.read() == b""
    await asyncio.to_thread(sum, [1])
asyncio.run(serve())
"""


@pytest.mark.parametrize(
    ("name", "work"),
    [
        (SCAN, CAMERA + DECODER + GPIO + LEDGER + NOTIFY + CLOCK),
        (UPLINK, NETWORK + LEDGER + NOTIFY),
        (BRIDGE, NETWORK + LEDGER + NOTIFY + PAGE),
    ],
    ids=NAMES,
)
def test_the_work_gets_done(name: str, work: str, tmp_path: Path) -> None:
    done = under(name, work, tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "forbidden",
    [
        "os.chroot('/')",
        "os.setuid(0)",
        "os.chown('.', -1, -1)",
        "os.sched_setscheduler(0, 0, None)",
    ],
)
def test_what_no_service_does_is_refused(name: str, forbidden: str, tmp_path: Path) -> None:
    """Run the control of the test above."""
    work = f"import os\nos.sched_param(0)\n{forbidden.replace('None', 'os.sched_param(0)')}"
    done = under(name, work, tmp_path)
    assert "PermissionError" in done.stderr


def under(name: str, work: str, folder: Path) -> subprocess.CompletedProcess[str]:
    program = f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n"
    program += f"from tests.systemd import sandbox\nsandbox.enter({name!r})\n{work}"
    return subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False
    )
