"""A decoder process that crashes, hangs or breaks out on demand (`DecoderProcess(worker=...)`)."""

import os
from collections.abc import Callable

import numpy as np

from device.scan.decode import Code, worker
from device.scan.frames import Grey

CRASH, HANG, EAT, OPEN, EXEC = b"CRASHNOW", b"HANGNOW!", b"EATNOW!!", b"OPENNOW!", b"EXECNOW!"


class Saboteur:
    """Does what an image's first eight pixels spell; other images show one code, b"fine"."""

    def decode(self, image: Grey) -> list[Code]:
        """Follow the instruction in the image."""
        word = image.tobytes()[:8]
        if word == CRASH:
            os.abort()
        while word == HANG:
            pass
        if word == EAT:
            hoard = [np.empty(10_000_000, np.uint8) for _ in range(1000)]
            return [Code(bytes(len(hoard)), ((0, 0), (0, 0), (0, 0), (0, 0)))]
        if word == OPEN:
            return _outcome(lambda: os.open("/etc/hostname", os.O_RDONLY))
        if word == EXEC:
            return _outcome(lambda: os.execv("/bin/true", ["true"]))  # noqa: S606
        return [Code(b"fine", ((0, 0), (1, 0), (1, 1), (0, 1)))]


def _outcome(forbidden: Callable[[], object]) -> list[Code]:
    try:
        forbidden()
    except PermissionError:
        return [Code(b"refused", ((0, 0), (1, 0), (1, 1), (0, 1)))]
    return [Code(b"done", ((0, 0), (1, 0), (1, 1), (0, 1)))]


if __name__ == "__main__":
    worker.main({"saboteur": lambda _: Saboteur()})
