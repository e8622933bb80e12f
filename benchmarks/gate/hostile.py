"""Show hostile codes to the decoder process, and follow them to an answer.

Each is read by itself in the sandboxed process, what is read is answered by a gatekeeper on a real
ledger, and each is also a frame of the gate's own stream decoder. Between them genuine cards are
held up, which must be read: the gate has to keep scanning.
"""

import random
import secrets
import tempfile
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.gate.hostile_codes import SHARES, shown
from demo.scenes.card_art import modules
from device.ledger.verified_open import LedgerOpener
from device.scan.decode.card_check import CardCheck
from device.scan.decode.process import DecoderProcess
from device.scan.gatekeeper import Gatekeeper
from device.scan.verdict import Policy
from device.timekeeping import ClockReading
from gate_contract.card import Card, CardKind
from gate_contract.card_signing import sign
from gate_contract.verdicts import CROSSINGS, REFUSALS

CARD_EVERY = 100
CARD_FRAMES = 8
"""Half a second. A place in the negative cache gets an attempt in every fourth frame only."""
PAUSE_MS = 6_000
"""Between two codes, on a simulated clock: longer than any repeat window here."""
HANG_S = 5.0
"""Longer than a gate waits, so that a busy machine does not look like a decoder that hangs."""
STABLE = CROSSINGS | REFUSALS


def measure(codes: int, seed: int) -> dict[str, Any]:
    """Return the report of `python -m benchmarks hostile`.

    `wrong_cards`: crossings of a card that was not shown. `unanswered`: codes that were read and
    got no verdict, or an unstable one. `cards_missed`: genuine cards between them that were not
    read, by either decoder.
    """
    with tempfile.TemporaryDirectory(prefix="gate-hostile-", dir=Path.cwd()) as folder:
        bench = _Bench(Path(folder) / "ledger.db", seed)
        try:
            for number in range(codes):
                if number % CARD_EVERY == 0:
                    bench.hold_up_a_card()
                bench.show()
            return bench.report()
        finally:
            bench.close()


class _Bench:
    def __init__(self, ledger: Path, seed: int) -> None:
        self._rng = random.Random(seed)
        self._key = Ed25519PrivateKey.generate()
        public = self._key.public_key()
        raw = {1: public.public_bytes_raw()}
        self._is_card = CardCheck(raw)
        self._alone = DecoderProcess("single", raw, hang_s=HANG_S)
        self._stream = DecoderProcess("schoolgate", raw, hang_s=HANG_S)
        self._keeper = Gatekeeper(
            Policy(None, 5_000), {1: public}, ZoneInfo("UTC"), LedgerOpener(ledger, "bench-hostile")
        )
        self._began_ms = round(datetime.now(UTC).timestamp() * 1000)
        self._up_ms = 0
        self._kinds: Counter[str] = Counter()
        self._read: Counter[str] = Counter()
        self._answers: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()
        self._card = self._new_card()

    def close(self) -> None:
        self._keeper.close()
        self._alone.close()
        self._stream.close()

    def _new_card(self) -> bytes:
        card = Card(secrets.token_hex(8), CardKind.PUPIL, date(2021, 1, 1), date(2060, 1, 1))
        return sign(card, 1, self._key).encode()

    def hold_up_a_card(self) -> None:
        """Show a new genuine card, which each decoder must read in one of CARD_FRAMES frames."""
        self._card = self._new_card()
        picture = shown(modules(self._card), self._rng)
        self._counts["cards"] += 1
        for reader in (self._alone, self._stream):
            frames = (reader.decode(picture) for _ in range(CARD_FRAMES))
            read = any(code.data == self._card for codes in frames for code in codes)
            self._counts["missed"] += not read

    def show(self) -> None:
        """Show one hostile picture to both decoders; answer what the first one reads."""
        (make,) = self._rng.choices(*zip(*SHARES, strict=True))
        hostile = make(self._rng, self._card)
        self._kinds[hostile.kind] += 1
        for code in self._stream.decode(hostile.image):
            self._counts["wrong"] += self._is_card(code.data) and code.data != self._card
        read = {code.data for code in self._alone.decode(hostile.image)}
        self._read[hostile.kind] += bool(read)
        for data in sorted(read):
            self._answer(data)

    def _answer(self, data: bytes) -> None:
        self._up_ms += PAUSE_MS
        reading = ClockReading("bench", self._up_ms, self._began_ms + self._up_ms, True)
        answers = self._keeper.see([data], self._up_ms, reading)
        verdicts = [answer.verdict for answer in answers]
        self._answers.update(verdicts)
        self._counts["unanswered"] += len(verdicts) != 1 or verdicts[0] not in STABLE
        crossed = any(verdict in CROSSINGS for verdict in verdicts)
        self._counts["wrong"] += crossed and data != self._card

    def report(self) -> dict[str, Any]:
        mishaps = [self._alone.mishaps, self._stream.mishaps]
        return {
            "codes": self._kinds.total(),
            "read": self._read.total(),
            "kinds": {k: {"shown": n, "read": self._read[k]} for k, n in self._kinds.items()},
            "answers": {str(verdict): n for verdict, n in self._answers.items()},
            "unanswered": self._counts["unanswered"],
            "wrong_cards": self._counts["wrong"],
            "mishaps": {
                name: sum(getattr(one, name) for one in mishaps)
                for name in ("crashes", "hangs", "out_of_memory")
            },
            "genuine_cards": self._counts["cards"],
            "genuine_cards_missed": self._counts["missed"],
        }
