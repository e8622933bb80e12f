"""From the codes in a frame to committed records and the verdicts to signal.

No camera, no pins, no clock of its own: codes and a clock reading come in, verdicts go out, and
what they say is in the ledger by then.
"""

from collections.abc import Callable, Iterable, Mapping
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from device.ledger.file import LedgerError
from device.ledger.writing import Entry, ScanLedger
from device.scan.sightings import RefusalBudget, Sightings
from device.scan.verdict import Decision, Known, LastCrossing, Policy, decide
from device.timekeeping import Reading, Stamp, Timekeeper
from gate_contract.card import Card, verify
from gate_contract.school_day import local_day
from gate_contract.verdicts import CROSSINGS, Verdict

RETRY_MS = 1_000
"""How long a ledger that failed is left alone before the next attempt."""
PROOF_MS = 30_000
"""How often an idle gate proves that it could record a crossing."""
SUM_MS = 60_000
"""How often refusals beyond the budget are summed up in the ledger."""


class Gatekeeper:
    """Decides, records, and answers. `open_ledger` may raise LedgerError; it is tried again."""

    def __init__(
        self,
        policy: Policy,
        keys: Mapping[int, Ed25519PublicKey],
        zone: ZoneInfo,
        open_ledger: Callable[[], ScanLedger],
    ) -> None:
        self._policy = policy
        self._keys = keys
        self._open_ledger = open_ledger
        self._ledger: ScanLedger | None = None
        self._timekeeper = Timekeeper(zone)
        self._sightings = Sightings()
        self._budget = RefusalBudget()
        self._failed_up_ms: int | None = None
        self._proven_up_ms: int | None = None
        self._summed_up_ms = 0
        self.storage_fault: str | None = "not opened yet"

    @property
    def clock_trusted(self) -> bool:
        return self._timekeeper.offset_ms is not None

    def see(self, codes: Iterable[bytes], captured_up_ms: int, reading: Reading) -> list[Verdict]:
        """The verdicts to signal for the codes in one frame; what they say is committed.

        `captured_up_ms` is the frame's own time, by which a code is still in view from before and
        not answered again; `reading` is now. If nothing could be recorded the answer is
        `storage_failed`, and the codes are met afresh a second later.
        """
        if self._resting(reading):
            return []
        new = self._new_presentations(codes, captured_up_ms)
        if not new:
            return []
        try:
            ledger, timekeeper, clock_set = self._ready(reading)
            decisions = {
                key: self._decide(key, claim, captured_up_ms, reading) for key, claim in new.items()
            }
            stamp = timekeeper.stamp(reading)
            entries = [
                Entry(stamp, decision.verdict, decision.card, decision.direction)
                for decision in decisions.values()
                if decision.verdict in CROSSINGS
                or self._budget.spend(decision.verdict, reading.up_ms)
            ]
            if clock_set or entries:
                ledger.append(clock_set + entries)
        except LedgerError as error:
            self._fail(error, reading)
            return [Verdict.STORAGE_FAILED]
        self._succeed(timekeeper, reading)
        for key in decisions:
            self._sightings.note(key, captured_up_ms)
        return [decision.verdict for decision in decisions.values()]

    def tend(self, reading: Reading) -> None:
        """What a gate does without anybody in view: learn the time, sum up, prove its storage."""
        if self._resting(reading):
            return
        try:
            ledger, timekeeper, entries = self._ready(reading)
            sums = {}
            if reading.up_ms - self._summed_up_ms >= SUM_MS:
                self._summed_up_ms = reading.up_ms
                sums = self._budget.sums()
                stamp = timekeeper.stamp(reading)
                entries += [Entry(stamp, verdict, count=n) for verdict, n in sums.items()]
            if entries:
                ledger.append(entries)
                self._budget.recorded(sums)
            elif self._proof_due(reading):
                ledger.prove_writable(reading.up_ms)
            else:
                return
        except LedgerError as error:
            self._fail(error, reading)
        else:
            self._succeed(timekeeper, reading)

    def close(self) -> None:
        """Close the ledger."""
        if self._ledger:
            self._ledger.close()
        self._ledger = None

    def _new_presentations(
        self, codes: Iterable[bytes], captured_up_ms: int
    ) -> dict[str | bytes, Card | Verdict]:
        claims: dict[str | bytes, Card | Verdict] = {}
        for code in codes:
            claim = verify(code, self._keys)
            key = claim.card_id if isinstance(claim, Card) else code
            if not self._sightings.is_held(key, captured_up_ms):
                claims[key] = claim
        return claims

    def _decide(
        self, key: str | bytes, claim: Card | Verdict, captured_up_ms: int, reading: Reading
    ) -> Decision:
        last = None
        if isinstance(claim, Card) and self._ledger:
            stored = self._ledger.last_crossing(claim.card_id)
            if stored:
                day = None if stored.at is None else local_day(stored.at, self._timekeeper.zone)
                last = LastCrossing(stored.direction, stored.boot_id, stored.up_ms, day)
        known = Known(last=last, seen_ms_ago=self._sightings.seen_ms_ago(key, captured_up_ms))
        return decide(claim, known, self._timekeeper.now(reading), self._policy)

    def _ready(self, reading: Reading) -> tuple[ScanLedger, Timekeeper, list[Entry]]:
        """An open ledger, the time as of now, and the record of a clock that was just set."""
        if self._ledger is None:
            self._ledger = self._open_ledger()
            self._timekeeper = Timekeeper(
                self._timekeeper.zone,
                reading.boot_id,
                self._ledger.boot_offset_ms(reading.boot_id),
                self._ledger.last_trusted_ms(),
            )
        timekeeper, clock_set = self._timekeeper.learn(reading)
        return self._ledger, timekeeper, _clock_entry(clock_set)

    def _proof_due(self, reading: Reading) -> bool:
        return self._proven_up_ms is None or reading.up_ms - self._proven_up_ms >= PROOF_MS

    def _resting(self, reading: Reading) -> bool:
        return self._failed_up_ms is not None and reading.up_ms - self._failed_up_ms < RETRY_MS

    def _fail(self, error: LedgerError, reading: Reading) -> None:
        self._failed_up_ms = reading.up_ms
        self._proven_up_ms = None
        self.storage_fault = str(error)
        self.close()

    def _succeed(self, timekeeper: Timekeeper, reading: Reading) -> None:
        self._timekeeper = timekeeper
        self._failed_up_ms = None
        self._proven_up_ms = reading.up_ms
        self.storage_fault = None


def _clock_entry(stamp: Stamp | None) -> list[Entry]:
    return [Entry(stamp, Verdict.CLOCK_SET)] if stamp else []
