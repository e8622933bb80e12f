"""The district's time server: SNTP (RFC 4330) from this machine's own clock."""

import socketserver
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

PORT = 123
EPOCH_1900_S = 2_208_988_800
shift_s = 0.0
"""How far the district's time is ahead of this machine's."""
SERVER, STRATUM, PRECISION = 0x24, 2, -20
"""Version 4, no leap second, mode 4 in the first byte; one step away from a reference clock."""


class _Answer(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        asked, line = self.request
        now = time.time() + shift_s
        stamp = struct.pack(">II", int(now) + EPOCH_1900_S, int(now % 1 * 2**32))
        head = struct.pack(">BBbbII4s", SERVER, STRATUM, 6, PRECISION, 1, 1, b"test")
        line.sendto(head + stamp + asked[40:48] + stamp + stamp, self.client_address)


@contextmanager
def serving(address: str) -> Iterator[None]:
    """Answer on UDP port 123 of `address`, in a network namespace of our own."""
    with socketserver.UDPServer((address, PORT), _Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
