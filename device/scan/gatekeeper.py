"""From the codes in a frame to committed records and the verdicts to signal.

No camera, no pins, no clock of its own: codes and a clock reading come in, verdicts go out, and
what they say is in the ledger by then.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from device.ledger.file import LedgerError
from device.ledger.scan_ledger import NewRecord, ScanLedger
from device.scan.claims import (
    Claim,
    Visitors,
    classify,
    make_visitor_pass,
    presentation_key,
)
from device.scan.presentations import Allowance, PresentationTracker, RefusalBudget
from device.scan.roster_reader import CardStatus, NoRosters, Rosters
from device.scan.verdict import (
    Answer,
    CardKnowledge,
    LastCrossing,
    Policy,
    ScanDecision,
    decide,
)
from device.timekeeping import ClockReading, Now, Stamp, Timekeeper
from gate_contract.card import Card, VerifiedCard
from gate_contract.school_day import local_day
from gate_contract.verdicts import CROSSINGS, Verdict

RETRY_MS = 1_000
"""How long a ledger that failed is left alone before the next attempt."""
PROOF_MS = 30_000
"""How often an idle gate proves that it could record a crossing."""
SUM_MS = 60_000
"""How often refusals beyond the budget are summed up in the ledger."""

GUESTS_A_MINUTE = 30
"""Visitors without a card, at the most."""


class Gatekeeper:
    """Decides, records, and answers. `open_ledger` may raise LedgerError; it is tried again."""

    def __init__(
        self,
        policy: Policy,
        keys: Mapping[int, Ed25519PublicKey],
        zone: ZoneInfo,
        open_ledger: Callable[[], ScanLedger],
        visitors: Visitors | None = None,
        rosters: Rosters | None = None,
    ) -> None:
        self._policy = policy
        self._keys = keys
        self._open_ledger = open_ledger
        self._visitors = visitors or Visitors()
        self._guests = Allowance(GUESTS_A_MINUTE)
        self.rosters = rosters or NoRosters()
        self._ledger: ScanLedger | None = None
        self._timekeeper = Timekeeper(zone)
        self._sightings = PresentationTracker()
        self._budget = RefusalBudget()
        self._failed_up_ms: int | None = None
        self._fault_answered_up_ms: int | None = None
        self._proven_up_ms: int | None = None
        self._summed_up_ms = 0
        self.storage_fault: str | None = "not opened yet"

    @property
    def clock_trusted(self) -> bool:
        return self._timekeeper.offset_ms is not None

    @property
    def card_keys(self) -> dict[int, Ed25519PublicKey]:
        """The keys that cards are verified with: the rosters' too, but what the gate was set up
        with stands."""
        return {**self.rosters.card_keys, **self._keys}

    def see(
        self, codes: Iterable[bytes], captured_up_ms: int, reading: ClockReading
    ) -> list[Answer]:
        """The verdicts to signal for the codes in one frame; what they say is committed
        (of refusals beyond the budget, the sums are, within a minute).

        `captured_up_ms` is the frame's own time, by which a code is still in view from before and
        not answered again; `reading` is now. If nothing could be recorded the answer is
        `storage_failed`, and the codes are met afresh a second later.
        """
        new = self._new_presentations(codes, captured_up_ms)
        if not new:
            return []
        if self._resting(reading):
            return self._answer_fault(reading)
        budget = self._budget.copy()
        try:
            ready = self._ready(reading)
            told, words = self._welcome(new, ready)
            decisions = {
                key: self._decide(key, claim, captured_up_ms, ready) for key, claim in told.items()
            }
            entries = [
                NewRecord(
                    ready.stamp,
                    decision.verdict,
                    decision.card,
                    decision.direction,
                    sealed=words.get(key) if decision.verdict in CROSSINGS else None,
                )
                for key, decision in decisions.items()
                if decision.verdict in CROSSINGS or budget.spend(decision.verdict, reading.up_ms)
            ]
            if ready.clock_set or entries:
                ready.ledger.append(ready.clock_set + entries)
                self._succeed(ready, reading)
        except LedgerError as error:
            self._fail(error, reading)
            return self._answer_fault(reading)
        self._budget = budget
        for key in decisions:
            self._sightings.note(key, captured_up_ms)
        return [decision.answer for decision in decisions.values()]

    def tend(self, reading: ClockReading, *, sum_up: bool = False) -> None:
        """What a gate does without anybody in view: take up a new roster, learn the time, prove
        its storage, and once a minute, or now with `sum_up`, record the sums of refusals beyond the
        budget."""
        self.rosters.refresh(reading.up_ms)
        if self._resting(reading):
            return
        if self._ledger and self._ledger.is_doubted():
            self.close()  # opening it again looks into it
        try:
            ready = self._ready(reading)
            sums = {}
            if sum_up or reading.up_ms - self._summed_up_ms >= SUM_MS:
                self._summed_up_ms = reading.up_ms
                sums = self._budget.sums()
            entries = [NewRecord(ready.stamp, verdict, count=n) for verdict, n in sums.items()]
            if ready.clock_set or entries:
                ready.ledger.append(ready.clock_set + entries)
                self._budget.recorded(sums)
            elif self._proof_due(reading):
                ready.ledger.prove_writable(reading.up_ms)
            else:
                return
        except LedgerError as error:
            self._fail(error, reading)
        else:
            self._succeed(ready, reading)

    def close(self) -> None:
        """Close the ledger."""
        if self._ledger:
            self._ledger.close()
        self._ledger = None

    def _new_presentations(
        self, codes: Iterable[bytes], captured_up_ms: int
    ) -> "dict[str | bytes, _Shown]":
        new: dict[str | bytes, _Shown] = {}
        keys = self.card_keys
        for code in codes:
            claim = classify(code, keys, self._visitors.accept)
            key = presentation_key(claim, code)
            if not self._sightings.is_held(key, captured_up_ms):
                standing = CardStatus()
                if isinstance(claim, VerifiedCard):
                    standing = self.rosters.standing(claim)
                new[key] = _Shown(claim, standing)
        return new

    def _welcome(
        self, new: "dict[str | bytes, _Shown]", ready: "_Ready"
    ) -> "tuple[dict[str | bytes, _Told], dict[str | bytes, bytes]]":
        """What is shown with visitors as guests of the day, and the sealed words about those.
        Nothing proves a visitor's paper, so a display that makes up one after the other is not
        believed."""
        told: dict[str | bytes, _Told] = {}
        words: dict[str | bytes, bytes] = {}
        for key, (claim, standing) in new.items():
            if isinstance(claim, VerifiedCard):
                told[key] = claim.card, standing
            elif isinstance(claim, Verdict):
                told[key] = claim, standing
            elif self._guests.take(ready.now.up_ms):
                guest = make_visitor_pass(claim, self._visitors, ready.now.day)
                told[key], words[key] = (guest.card, standing), guest.sealed
            else:
                told[key] = Verdict.NOT_A_PERSON_CARD, standing
        return told, words

    def _decide(
        self, key: str | bytes, told: "_Told", captured_up_ms: int, ready: "_Ready"
    ) -> ScanDecision:
        claim, standing = told
        last = None
        stored = ready.ledger.last_crossing(claim.card_id) if isinstance(claim, Card) else None
        if stored:
            day = None if stored.at is None else local_day(stored.at, ready.timekeeper.zone)
            last = LastCrossing(stored.direction, stored.boot_id, stored.up_ms, day)
        known = CardKnowledge(last, self._sightings.seen_ms_ago(key, captured_up_ms), *standing)
        return decide(claim, known, ready.now, self._policy)

    def _ready(self, reading: ClockReading) -> "_Ready":
        if self._ledger is None:
            self._ledger = self._open_ledger()
            self._timekeeper = Timekeeper(
                self._timekeeper.zone,
                reading.boot_id,
                self._ledger.boot_offset_ms(reading.boot_id),
                self._ledger.last_trusted_ms(),
            )
        timekeeper, set_at = self._timekeeper.learn(reading)
        return _Ready(
            ledger=self._ledger,
            timekeeper=timekeeper,
            clock_set=[NewRecord(set_at, Verdict.CLOCK_SET)] if set_at else [],
            now=timekeeper.now(reading),
            stamp=timekeeper.stamp(reading),
        )

    def _proof_due(self, reading: ClockReading) -> bool:
        return self._proven_up_ms is None or reading.up_ms - self._proven_up_ms >= PROOF_MS

    def _answer_fault(self, reading: ClockReading) -> list[Answer]:
        """Once a second, so that a card held up is answered again, but not at every frame."""
        last = self._fault_answered_up_ms
        if last is not None and reading.up_ms - last < RETRY_MS:
            return []
        self._fault_answered_up_ms = reading.up_ms
        return [Answer(Verdict.STORAGE_FAILED)]

    def _resting(self, reading: ClockReading) -> bool:
        return self._failed_up_ms is not None and reading.up_ms - self._failed_up_ms < RETRY_MS

    def _fail(self, error: LedgerError, reading: ClockReading) -> None:
        self._failed_up_ms = reading.up_ms
        self._proven_up_ms = None
        self.storage_fault = str(error)
        self.close()

    def _succeed(self, ready: "_Ready", reading: ClockReading) -> None:
        self._timekeeper = ready.timekeeper
        self._failed_up_ms = None
        self._proven_up_ms = reading.up_ms
        self.storage_fault = None


class _Shown(NamedTuple):
    """What a new code in view is, and how it stands in the rosters."""

    claim: Claim
    standing: CardStatus


_Told = tuple[Card | Verdict, CardStatus]


@dataclass(frozen=True, slots=True)
class _Ready:
    """An open ledger and the time as of now. `clock_set` records a clock that was just set; the
    gatekeeper learns `timekeeper` once that is committed."""

    ledger: ScanLedger
    timekeeper: Timekeeper
    clock_set: list[NewRecord]
    now: Now
    stamp: Stamp
