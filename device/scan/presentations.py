"""What is in view: one presentation of a card is one scan, however many frames show it.

A code that stays in view is answered once; a code that was away for `AWAY_MS` is presented again.
Refusals have a budget, so that a hostile display held up for an hour cannot fill the ledger.
"""

from collections import Counter, OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field, replace

from gate_contract.verdicts import Verdict

AWAY_MS = 1_000
REMEMBERED = 4_096
"""Codes remembered at the most: more than a school shows in any repeat window."""


@dataclass(slots=True)
class PresentationTracker:
    """When each code was last in view, in ms since boot, the longest unseen first."""

    _seen: OrderedDict[Hashable, int] = field(default_factory=OrderedDict)

    def is_held(self, key: Hashable, up_ms: int) -> bool:
        """Whether this is the same presentation going on; if so, it is noted as still in view."""
        last = self._seen.get(key)
        held = last is not None and up_ms - last < AWAY_MS
        if held:
            self.note(key, up_ms)
        return held

    def seen_ms_ago(self, key: Hashable, up_ms: int) -> int | None:
        """How long ago `key` was in view, None if it is not remembered."""
        last = self._seen.get(key)
        return None if last is None else up_ms - last

    def note(self, key: Hashable, up_ms: int) -> None:
        """`key` was answered, and is in view."""
        self._seen[key] = up_ms
        self._seen.move_to_end(key)
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)


@dataclass(slots=True)
class Allowance:
    """`burst` at once, and as many a minute."""

    burst: int
    _spent: float = 0.0
    _filled_up_ms: int = 0

    def take(self, up_ms: int) -> bool:
        """Whether there is one left, which is taken then."""
        refill = (up_ms - self._filled_up_ms) * self.burst / 60_000
        self._spent = max(0.0, self._spent - refill)
        self._filled_up_ms = up_ms
        if self._spent > self.burst - 1:
            return False
        self._spent += 1
        return True


@dataclass(slots=True)
class RefusalBudget:
    """30 refusals a minute are recorded one by one, the rest are summed up."""

    _allowance: Allowance = field(default_factory=lambda: Allowance(30))
    _summed: Counter[Verdict] = field(default_factory=Counter)

    def spend(self, verdict: Verdict, up_ms: int) -> bool:
        """Whether this refusal has a record of its own; if not, it goes into the sums."""
        if self._allowance.take(up_ms):
            return True
        self._summed[verdict] += 1
        return False

    def copy(self) -> "RefusalBudget":
        """One that is spent without this one's knowing."""
        return RefusalBudget(replace(self._allowance), self._summed.copy())

    def sums(self) -> dict[Verdict, int]:
        """What has been summed up and not yet recorded."""
        return dict(self._summed)

    def recorded(self, sums: dict[Verdict, int]) -> None:
        """`sums` are in the ledger now."""
        self._summed -= Counter(sums)
