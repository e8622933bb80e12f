"""Run the decoder in a process of its own, so that hostile images cannot harm the gate."""

import contextlib
import mmap
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np

from device.scan.advice import NO_ADVICE
from device.scan.decode import Code
from device.scan.decode.wire import (
    ANSWER,
    ANSWER_CODES,
    ANSWER_DIED,
    ANSWER_READY,
    CODES_BYTES,
    FRAME_AT,
    REQUEST,
    pack_keys,
    unpack_advice,
    unpack_codes,
)
from device.scan.frames import Grey
from gate_contract.errors import SchoolgateError

HANG_S = 0.7
"""A frame that takes longer is given up, and its process is killed.

With the fork of the next one this stays below a second even on a Raspberry Pi Zero 2.
"""
START_S = 60.0
RESTART_S = 5.0
MAX_PIXELS = 4096 * 3072
MEMORY_BYTES = 160_000_000
WORKER = "device.scan.decode.worker"
"""The module that runs as the decoder process."""


class DecoderError(SchoolgateError):
    """The decoder process cannot be started at all."""


@dataclass(slots=True)
class Mishaps:
    """The failures of decoder processes since the start, for health."""

    crashes: int = 0
    hangs: int = 0
    out_of_memory: int = 0

    @property
    def total(self) -> int:
        """All failures."""
        return self.crashes + self.hangs + self.out_of_memory


class DecoderProcess:
    """A Decoder that runs another one in a sandboxed process.

    `decoder`: `schoolgate`, `single`, `zxing` or `pyzbar`. `keys`: as for `set_keys`. A frame whose
    decoding crashes, hangs or exceeds the memory limit gives no codes and is counted in `mishaps`.
    `worker` is the module that runs as the process.

    Raises:
        DecoderError: the process does not start; the message says what it printed last.
    """

    def __init__(
        self,
        decoder: str = "schoolgate",
        keys: Mapping[int, bytes] | None = None,
        *,
        hang_s: float = HANG_S,
        memory_bytes: int = MEMORY_BYTES,
        worker: str = WORKER,
    ) -> None:
        self.mishaps = Mishaps()
        self.advice = NO_ADVICE
        """Advice to the camera, as of the last decoded frame."""
        self.sealed = False
        """Whether the seccomp filter is on: no network, no files."""
        self._decoder = decoder
        self._worker = worker
        self._hang_s = hang_s
        self._memory_bytes = memory_bytes
        self._number = 0
        self._process: subprocess.Popen[bytes] | None = None
        file = os.memfd_create("schoolgate-frame")
        os.ftruncate(file, FRAME_AT + MAX_PIXELS)
        self._file = file
        self._shared = mmap.mmap(file, 0)
        self._memory = np.frombuffer(self._shared, np.uint8)
        self._keys = b""
        self._keys_number = 0
        self.set_keys(keys or {})
        self._start()

    def set_keys(self, keys: Mapping[int, bytes]) -> None:
        """Set the public keys (key_id to 32 raw bytes) that identify genuine cards.

        They apply from the next frame on; without keys every code counts. Unchanged keys cost
        nothing.
        """
        packed = pack_keys(keys)
        if packed != self._keys:
            self._keys = packed
            self._keys_number += 1
            # A process that alters them deceives only itself: the gate verifies each card again.
            self._shared[CODES_BYTES : CODES_BYTES + len(packed)] = packed

    def decode(self, image: Grey) -> list[Code]:
        """Return all codes in `image`, each once; none if decoding it failed."""
        height, width = image.shape
        if width * height > MAX_PIXELS:
            part = (MAX_PIXELS / (width * height)) ** 0.5 * 0.999
            return _scaled(self.decode(cv2.resize(image, None, fx=part, fy=part)), 1 / part)
        if self._process is None:
            self._start()
        target = self._memory[FRAME_AT : FRAME_AT + width * height]
        np.copyto(target.reshape(height, width), image)
        self._number += 1
        keys = self._keys_number, len(self._keys)
        try:
            os.write(self._requests, REQUEST.pack(self._number, width, height, *keys))
        except OSError:
            return self._broken()
        return self._await_codes()

    def close(self) -> None:
        """End the process and free its memory. May be called twice."""
        self._stop()
        if not self._shared.closed:
            del self._memory
            self._shared.close()
            os.close(self._file)

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for end in (self._requests, self._control, self._answers):
            os.close(end)
        process.kill()
        process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self) -> None:
        theirs_requests, self._requests = os.pipe()
        self._answers, theirs_answers = os.pipe()
        theirs_control, self._control = os.pipe()
        theirs = (theirs_requests, theirs_answers, theirs_control)
        environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.pathsep.join(sys.path)}
        # One thread: the library would otherwise start its own before the fork.
        environment |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        command = [sys.executable, "-m", self._worker, "--decoder", self._decoder]
        for name, value in (
            ("shared", self._file),
            ("requests", theirs_requests),
            ("answers", theirs_answers),
            ("control", theirs_control),
            ("memory-bytes", self._memory_bytes),
        ):
            command += [f"--{name}", str(value)]
        self._process = subprocess.Popen(command, pass_fds=(self._file, *theirs), env=environment)
        for end in theirs:
            os.close(end)
        if not self._await_ready(START_S):
            self.close()
            raise DecoderError("the decoder process does not start; see what it wrote to the log")

    def _next_answer(self, until: float) -> tuple[int, int, int, int] | None:
        """Return (number, kind, value, advice), or None at the deadline.

        Raises:
            EOFError: the process has ended.
        """
        left = max(0.0, until - time.monotonic())
        if not select.select([self._answers], [], [], left)[0]:
            return None
        message = os.read(self._answers, ANSWER.size)
        if len(message) != ANSWER.size:
            raise EOFError
        number, kind, value, advice = ANSWER.unpack(message)
        return number, kind, value, advice

    def _await_ready(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        with contextlib.suppress(EOFError):
            while answer := self._next_answer(until):
                if answer[1] == ANSWER_READY:
                    self.sealed = bool(answer[2])
                    return True
        return False

    def _await_codes(self) -> list[Code]:
        until = time.monotonic() + self._hang_s
        try:
            while answer := self._next_answer(until):
                number, kind, value, advice = answer
                if kind == ANSWER_DIED:
                    return self._died(out_of_memory=bool(value))
                if kind == ANSWER_CODES and number == self._number and value <= CODES_BYTES:
                    codes = unpack_codes(bytes(self._shared[:value]))
                    self.advice = unpack_advice(advice)
                    return codes
            return self._hung()
        except (EOFError, ValueError):
            return self._broken()

    def _died(self, *, out_of_memory: bool) -> list[Code]:
        if out_of_memory:
            self.mishaps.out_of_memory += 1
        else:
            self.mishaps.crashes += 1
        if not self._await_ready(RESTART_S):
            self._stop()
        return []

    def _hung(self) -> list[Code]:
        self.mishaps.hangs += 1
        with contextlib.suppress(OSError):
            os.write(self._control, b"k")
        if not self._await_ready(RESTART_S):
            self._stop()
        return []

    def _broken(self) -> list[Code]:
        """Count a process that has ended or answers nonsense; the next frame starts a new one."""
        self.mishaps.crashes += 1
        self._stop()
        return []


def _scaled(codes: list[Code], factor: float) -> list[Code]:
    scaled = []
    for code in codes:
        a, b, c, d = ((x * factor, y * factor) for x, y in code.corners)
        scaled.append(Code(code.data, (a, b, c, d)))
    return scaled
