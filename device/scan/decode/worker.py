"""The decoder process: `python -m device.scan.decode.worker`, started by `DecoderProcess`.

The started process loads everything once, and then only keeps a child. The child sandboxes itself
and decodes. When it dies, the next one is forked within milliseconds.
"""

import argparse
import contextlib
import mmap
import os
import select
import signal
from collections.abc import Callable, Mapping

import cv2
import numpy as np
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from device.scan.advice import NO_ADVICE
from device.scan.decode import Decoder, patch_statistics
from device.scan.decode.attempt_chain import IsCard, SingleImageDecoder
from device.scan.decode.attempts import ALL
from device.scan.decode.boxes import whole
from device.scan.decode.card_check import CardCheck
from device.scan.decode.confirmation import ConfirmingDecoder
from device.scan.decode.seccomp_filter import die_with_parent, limit_memory, seal
from device.scan.decode.stream import StreamDecoder
from device.scan.decode.wire import (
    ANSWER,
    ANSWER_CODES,
    ANSWER_DIED,
    ANSWER_READY,
    CODES_BYTES,
    FRAME_AT,
    REQUEST,
    pack_advice,
    pack_codes,
    unpack_keys,
)
from device.scan.decode.zbar import PyzbarDecoder
from device.scan.decode.zxing import ZxingDecoder

EXIT_MEMORY = 3


Decoders = Mapping[str, Callable[[IsCard], Decoder]]

DECODERS: Decoders = {
    "schoolgate": StreamDecoder,
    "single": SingleImageDecoder,
    "zxing": lambda is_card: ConfirmingDecoder(ZxingDecoder(), is_card),
    "pyzbar": lambda is_card: ConfirmingDecoder(PyzbarDecoder(), is_card),
}


def _warm_up() -> None:
    """Run every attempt, measurement and signature check once.

    What a library loads at its first use must be loaded before the sandbox forbids it.
    """
    grey = np.full((64, 64), 128, np.uint8)
    for attempt in ALL.values():
        attempt.at(grey, whole(grey))
    patch_statistics.measure_patch(grey, whole(grey))
    patch_statistics.measure_change(grey, np.eye(64, dtype=np.uint8))
    with contextlib.suppress(InvalidSignature):
        Ed25519PublicKey.from_public_bytes(bytes(32)).verify(bytes(64), b"")


def _serve(
    decoder: Decoder, is_card: CardCheck, shared: mmap.mmap, requests: int, answers: int
) -> None:
    """Answer requests until the pipe closes."""
    memory = np.frombuffer(shared, np.uint8)
    known = 0
    while len(request := os.read(requests, REQUEST.size)) == REQUEST.size:
        number, width, height, keys_number, keys_length = REQUEST.unpack(request)
        if keys_number != known:
            known = keys_number
            is_card.set_keys(unpack_keys(shared[CODES_BYTES : CODES_BYTES + keys_length]))
        frame = memory[FRAME_AT : FRAME_AT + width * height].reshape(height, width)
        packed = pack_codes(decoder.decode(frame))
        shared[: len(packed)] = packed
        advice = decoder.advice if isinstance(decoder, StreamDecoder) else NO_ADVICE
        answer = ANSWER.pack(number, ANSWER_CODES, len(packed), pack_advice(advice))
        os.write(answers, answer)


def _child(options: argparse.Namespace, decoders: Decoders, shared: mmap.mmap, parent: int) -> None:
    die_with_parent(parent)
    is_card = CardCheck({})
    decoder = decoders[options.decoder](is_card)
    decoder.decode(np.full((240, 320), 128, np.uint8))
    limit_memory(options.memory_bytes)
    sealed = seal()
    os.write(options.answers, ANSWER.pack(0, ANSWER_READY, int(sealed), 0))
    try:
        _serve(decoder, is_card, shared, options.requests, options.answers)
    except MemoryError:
        os._exit(EXIT_MEMORY)
    os._exit(0)


def _keep_child(options: argparse.Namespace, decoders: Decoders, shared: mmap.mmap) -> None:
    """Fork a child, kill it on demand (any byte on the control pipe), and fork the next one."""
    while True:
        alive, held_by_child = os.pipe()
        keeper = os.getpid()
        pid = os.fork()
        if pid == 0:
            os.close(alive)
            try:
                _child(options, decoders, shared, keeper)
            finally:
                os._exit(1)
        os.close(held_by_child)
        ready, _, _ = select.select([alive, options.control], [], [])
        command = os.read(options.control, 1) if options.control in ready else b"died"
        os.kill(pid, signal.SIGKILL)  # not yet waited for: the id still belongs to our child
        status = os.waitpid(pid, 0)[1]
        os.close(alive)
        if not command:  # the gate has ended
            return
        code = os.waitstatus_to_exitcode(status)
        os.write(options.answers, ANSWER.pack(0, ANSWER_DIED, int(code == EXIT_MEMORY), 0))


def main(decoders: Decoders = DECODERS) -> None:
    """Run until the gate closes the control pipe."""
    parser = argparse.ArgumentParser()
    for name in ("shared", "requests", "answers", "control", "memory-bytes"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--decoder", choices=sorted(decoders), required=True)
    options = parser.parse_args()
    die_with_parent()
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C reaches the gate, which closes this process
    cv2.setNumThreads(1)
    _warm_up()
    _keep_child(options, decoders, mmap.mmap(options.shared, 0))


if __name__ == "__main__":
    main()
