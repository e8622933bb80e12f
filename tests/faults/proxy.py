"""A TCP proxy between real processes that treats their bytes as bad networks do."""

import asyncio
import random
import threading
from enum import StrEnum
from types import TracebackType
from typing import Self

from tests.fakes.broker import free_port

CHUNK = 4_096


class Weather(StrEnum):
    """The treatment of the bytes.

    `SWALLOW` is the half-open connection: it stays open, accepts everything and forwards nothing.
    `CORRUPT` inverts a bit now and then, in either direction.
    """

    FAIR = "fair"
    CUT = "cut"
    DELAY = "delay"
    SWALLOW = "swallow"
    THROTTLE = "throttle"
    CORRUPT = "corrupt"


class Proxy:
    """Listens on `port`, forwards to `upstream` on this machine. A context manager."""

    delay_s = 0.4
    bytes_per_s = 24_000
    corrupt_every = 6

    def __init__(self, upstream: int) -> None:
        self.port = free_port()
        self.passed = 0
        self._upstream = upstream
        self._weather = Weather.FAIR
        self._chance = random.Random(9)
        self._loop = asyncio.new_event_loop()
        self._writers: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def set(self, weather: Weather) -> None:
        """Change the treatment. A cut ends open connections; those of a `SWALLOW` stay dead."""
        self._weather = weather
        if weather is Weather.CUT:
            self._loop.call_soon_threadsafe(self._cut)

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._cut)
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def _end(self) -> None:
        self._server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._weather is Weather.CUT:
            writer.transport.abort()
            return
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._upstream)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, back}
        self._writers |= both
        try:
            await asyncio.gather(self._pass(reader, back), self._pass(there, writer))
        finally:
            for end in both:
                end.transport.abort()
            self._writers -= both

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        swallowed = False
        try:
            while data := await reader.read(CHUNK):
                weather = self._weather
                swallowed |= weather is Weather.SWALLOW
                if swallowed:  # a byte stream with a hole in it never comes right again
                    continue
                if weather is Weather.DELAY:
                    await asyncio.sleep(self.delay_s * self._chance.random())
                elif weather is Weather.THROTTLE:
                    await asyncio.sleep(len(data) / self.bytes_per_s)
                elif weather is Weather.CORRUPT and not self._chance.randrange(self.corrupt_every):
                    data = _flip(data, self._chance.randrange(len(data) * 8))
                self.passed += len(data)
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        writer.transport.abort()


def _flip(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
