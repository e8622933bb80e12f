"""Broken devices in a real gate-scan, planted like bugs."""

import sys
import time
from typing import Any

AFTER = 40


def _say() -> None:
    print("FAULT", file=sys.stderr, flush=True)  # noqa: T201


def camera_silent() -> None:
    """Let the camera give no frame any more, until it is opened again."""
    from device.scan.replay import ReplaySource

    read = ReplaySource.read

    def broken(self: Any, timeout_s: float) -> Any:
        self.given = getattr(self, "given", 0) + 1
        if self.given < AFTER:
            return read(self, timeout_s)
        if self.given == AFTER:
            _say()
        time.sleep(timeout_s)
        return None

    ReplaySource.read = broken  # type: ignore[method-assign]


def camera_hangs() -> None:
    """Let `read` never return, as with a driver that has lost its camera."""
    from device.scan.replay import ReplaySource

    read = ReplaySource.read
    given = 0

    def broken(self: Any, timeout_s: float) -> Any:
        nonlocal given
        given += 1
        if given == AFTER:
            _say()
            while True:
                time.sleep(3_600)
        return read(self, timeout_s)

    ReplaySource.read = broken  # type: ignore[method-assign]


def decoder_dies() -> None:
    """Kill the decoder's process again and again."""
    from device.scan.decode.process import DecoderProcess

    decode = DecoderProcess.decode
    given = 0

    def broken(self: Any, image: Any) -> Any:
        nonlocal given
        given += 1
        if given == AFTER:
            _say()
        if given >= AFTER and given % AFTER == 0 and self._process:
            self._process.kill()
        return decode(self, image)

    DecoderProcess.decode = broken  # type: ignore[method-assign]


def pins_throw() -> None:
    """Let the panel fail whenever it has to show something."""
    from device.scan import run
    from device.scan.signals import PatternSignaller

    class Panel:
        def __init__(self) -> None:
            self.shown = 0

        def show(self, light: Any, *, tone: bool) -> None:
            self.shown += 1
            if self.shown == AFTER:
                _say()
            if self.shown >= AFTER:
                raise OSError("no such pin")

        def close(self) -> None:
            return

    def signaller(config: Any) -> PatternSignaller:
        return PatternSignaller(Panel())

    run.signaller = signaller


BROKEN = {
    broken.__name__: broken for broken in (camera_silent, camera_hangs, decoder_dies, pins_throw)
}
