"""From the codes in a frame to committed records and the verdicts to signal.

It has no camera, pins or clock: codes and a clock reading come in, and verdicts are returned once
they are in the ledger.
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
"""The pause before a ledger that failed is opened again."""
PROOF_MS = 30_000
"""The interval at which an idle gate proves that it could record a crossing."""
SUM_MS = 60_000
"""The interval at which refusals beyond the budget are summed up in the ledger."""

VISITORS_A_MINUTE = 30
"""Visitors without a card that are admitted in a minute, at most."""


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
        self._visitor_allowance = Allowance(VISITORS_A_MINUTE)
        self.rosters = rosters or NoRosters()
        self._ledger: ScanLedger | None = None
        self._timekeeper = Timekeeper(zone)
        self._presentations = PresentationTracker()
        self._budget = RefusalBudget()
        self._failed_up_ms: int | None = None
        self._fault_answered_up_ms: int | None = None
        self._proven_up_ms: int | None = None
        self._summed_up_ms = 0
        self.storage_fault: str | None = "not opened yet"

    @property
    def clock_trusted(self) -> bool:
        """Whether the clock was synchronised in this boot."""
        return self._timekeeper.offset_ms is not None

    @property
    def card_keys(self) -> dict[int, Ed25519PublicKey]:
        """The keys that verify cards: the configured ones, and the rosters' for other key_ids."""
        return {**self.rosters.card_keys, **self._keys}

    def see(
        self, codes: Iterable[bytes], captured_up_ms: int, reading: ClockReading
    ) -> list[Answer]:
        """Return the verdicts to signal for the codes in one frame, after committing their records.

        Refusals beyond the budget are summed up, and committed within a minute. `captured_up_ms` is
        the frame's own time, by which a code that is still in view is not answered again; `reading`
        is now. If nothing could be recorded the answer is `storage_failed`, and the codes count as
        new a second later.
        """
        new = self._new_presentations(codes, captured_up_ms)
        if not new:
            return []
        if self._is_pausing(reading):
            return self._answer_fault(reading)
        budget = self._budget.copy()
        try:
            context = self._context(reading)
            claims, sealed = self._issue_passes(new, context)
            decisions = {
                key: self._decide(key, claim, captured_up_ms, context)
                for key, claim in claims.items()
            }
            entries = [
                NewRecord(
                    context.stamp,
                    decision.verdict,
                    decision.card,
                    decision.direction,
                    sealed=sealed.get(key) if decision.verdict in CROSSINGS else None,
                )
                for key, decision in decisions.items()
                if decision.verdict in CROSSINGS or budget.spend(decision.verdict, reading.up_ms)
            ]
            if context.clock_set or entries:
                context.ledger.append(context.clock_set + entries)
                self._succeed(context, reading)
        except LedgerError as error:
            self._fail(error, reading)
            return self._answer_fault(reading)
        self._budget = budget
        for key in decisions:
            self._presentations.note(key, captured_up_ms)
        return [decision.answer for decision in decisions.values()]

    def tend(self, reading: ClockReading, *, sum_up: bool = False) -> None:
        """Do the periodic work: read rosters, check the clock, prove that storage works.

        Once a minute, or now with `sum_up`, record the sums of refusals beyond the budget.
        """
        self.rosters.refresh(reading.up_ms)
        if self._is_pausing(reading):
            return
        if self._ledger and self._ledger.is_damage_reported():
            self.close()  # it is verified when it is opened again
        try:
            context = self._context(reading)
            sums = {}
            if sum_up or reading.up_ms - self._summed_up_ms >= SUM_MS:
                self._summed_up_ms = reading.up_ms
                sums = self._budget.sums()
            entries = [NewRecord(context.stamp, verdict, count=n) for verdict, n in sums.items()]
            if context.clock_set or entries:
                context.ledger.append(context.clock_set + entries)
                self._budget.recorded(sums)
            elif self._proof_due(reading):
                context.ledger.prove_writable(reading.up_ms)
            else:
                return
        except LedgerError as error:
            self._fail(error, reading)
        else:
            self._succeed(context, reading)

    def close(self) -> None:
        """Close the ledger."""
        if self._ledger:
            self._ledger.close()
        self._ledger = None

    def _new_presentations(
        self, codes: Iterable[bytes], captured_up_ms: int
    ) -> "dict[str | bytes, _Presented]":
        new: dict[str | bytes, _Presented] = {}
        keys = self.card_keys
        for code in codes:
            claim = classify(code, keys, self._visitors.accept)
            key = presentation_key(claim, code)
            if not self._presentations.is_held(key, captured_up_ms):
                status = CardStatus()
                if isinstance(claim, VerifiedCard):
                    status = self.rosters.status(claim)
                new[key] = _Presented(claim, status)
        return new

    def _issue_passes(
        self, new: "dict[str | bytes, _Presented]", context: "_ScanContext"
    ) -> "tuple[dict[str | bytes, _CheckedClaim], dict[str | bytes, bytes]]":
        """Give visitors passes for the day; return also their encrypted details.

        ID documents are not signed, so the number of visitors a minute is limited: a display that
        shows invented ones is refused.
        """
        claims: dict[str | bytes, _CheckedClaim] = {}
        sealed: dict[str | bytes, bytes] = {}
        for key, (claim, status) in new.items():
            if isinstance(claim, VerifiedCard):
                claims[key] = claim.card, status
            elif isinstance(claim, Verdict):
                claims[key] = claim, status
            elif self._visitor_allowance.take(context.now.up_ms):
                visitor_pass = make_visitor_pass(claim, self._visitors, context.now.day)
                claims[key], sealed[key] = (visitor_pass.card, status), visitor_pass.sealed
            else:
                claims[key] = Verdict.NOT_A_PERSON_CARD, status
        return claims, sealed

    def _decide(
        self,
        key: str | bytes,
        checked: "_CheckedClaim",
        captured_up_ms: int,
        context: "_ScanContext",
    ) -> ScanDecision:
        claim, status = checked
        last = None
        stored = context.ledger.last_crossing(claim.card_id) if isinstance(claim, Card) else None
        if stored:
            day = None if stored.at is None else local_day(stored.at, context.timekeeper.zone)
            last = LastCrossing(stored.direction, stored.boot_id, stored.up_ms, day)
        known = CardKnowledge(last, self._presentations.seen_ms_ago(key, captured_up_ms), *status)
        return decide(claim, known, context.now, self._policy)

    def _context(self, reading: ClockReading) -> "_ScanContext":
        if self._ledger is None:
            self._ledger = self._open_ledger()
            self._timekeeper = Timekeeper(
                self._timekeeper.zone,
                reading.boot_id,
                self._ledger.boot_offset_ms(reading.boot_id),
                self._ledger.last_trusted_ms(),
            )
        timekeeper, set_at = self._timekeeper.learn(reading)
        return _ScanContext(
            ledger=self._ledger,
            timekeeper=timekeeper,
            clock_set=[NewRecord(set_at, Verdict.CLOCK_SET)] if set_at else [],
            now=timekeeper.now(reading),
            stamp=timekeeper.stamp(reading),
        )

    def _proof_due(self, reading: ClockReading) -> bool:
        return self._proven_up_ms is None or reading.up_ms - self._proven_up_ms >= PROOF_MS

    def _answer_fault(self, reading: ClockReading) -> list[Answer]:
        """Answer once a second, so that a card held up is answered again, but not in each frame."""
        last = self._fault_answered_up_ms
        if last is not None and reading.up_ms - last < RETRY_MS:
            return []
        self._fault_answered_up_ms = reading.up_ms
        return [Answer(Verdict.STORAGE_FAILED)]

    def _is_pausing(self, reading: ClockReading) -> bool:
        return self._failed_up_ms is not None and reading.up_ms - self._failed_up_ms < RETRY_MS

    def _fail(self, error: LedgerError, reading: ClockReading) -> None:
        self._failed_up_ms = reading.up_ms
        self._proven_up_ms = None
        self.storage_fault = str(error)
        self.close()

    def _succeed(self, context: "_ScanContext", reading: ClockReading) -> None:
        self._timekeeper = context.timekeeper
        self._failed_up_ms = None
        self._proven_up_ms = reading.up_ms
        self.storage_fault = None


class _Presented(NamedTuple):
    """A new code in view, and its status in the rosters."""

    claim: Claim
    status: CardStatus


_CheckedClaim = tuple[Card | Verdict, CardStatus]


@dataclass(frozen=True, slots=True)
class _ScanContext:
    """An open ledger and the current time.

    `clock_set` records a clock that was just set; the gatekeeper keeps `timekeeper` once that is
    committed.
    """

    ledger: ScanLedger
    timekeeper: Timekeeper
    clock_set: list[NewRecord]
    now: Now
    stamp: Stamp
