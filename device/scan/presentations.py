"""Track which codes are in view: one presentation of a card is one scan, over many frames. Pure.

A code that stays in view is answered once; a code that was away for `AWAY_MS` is presented again.
Refusals have a budget, so that a hostile display held up for an hour cannot fill the ledger.
"""

from collections import Counter, OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field, replace

from gate_contract.verdicts import Verdict

AWAY_MS = 1_000
REMEMBERED = 4_096
"""The most codes that are remembered: more than a school shows in any repeat window."""


@dataclass(slots=True)
class PresentationTracker:
    """When each code was last in view, in ms since boot, the longest unseen first."""

    _seen: OrderedDict[Hashable, int] = field(default_factory=OrderedDict)

    def is_held(self, key: Hashable, up_ms: int) -> bool:
        """Whether the same presentation continues; if so, update its time."""
        last = self._seen.get(key)
        held = last is not None and up_ms - last < AWAY_MS
        if held:
            self.note(key, up_ms)
        return held

    def seen_ms_ago(self, key: Hashable, up_ms: int) -> int | None:
        """Return how long ago `key` was in view, None if it is not remembered."""
        last = self._seen.get(key)
        return None if last is None else up_ms - last

    def note(self, key: Hashable, up_ms: int) -> None:
        """Record that `key` was answered and is in view."""
        self._seen[key] = up_ms
        self._seen.move_to_end(key)
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)


@dataclass(slots=True)
class Allowance:
    """A token bucket: `burst` at once, and as many a minute."""

    burst: int
    _spent: float = 0.0
    _filled_up_ms: int = 0

    def take(self, up_ms: int) -> bool:
        """Take one if any is left; return whether there was one."""
        refill = (up_ms - self._filled_up_ms) * self.burst / 60_000
        self._spent = max(0.0, self._spent - refill)
        self._filled_up_ms = up_ms
        if self._spent > self.burst - 1:
            return False
        self._spent += 1
        return True


@dataclass(slots=True)
class RefusalBudget:
    """Refusals beyond 30 a minute are summed up instead of being recorded one by one."""

    _allowance: Allowance = field(default_factory=lambda: Allowance(30))
    _summed: Counter[Verdict] = field(default_factory=Counter)

    def spend(self, verdict: Verdict, up_ms: int) -> bool:
        """Return whether this refusal gets its own record; if not, add it to the sums."""
        if self._allowance.take(up_ms):
            return True
        self._summed[verdict] += 1
        return False

    def copy(self) -> "RefusalBudget":
        """Return an independent copy."""
        return RefusalBudget(replace(self._allowance), self._summed.copy())

    def sums(self) -> dict[Verdict, int]:
        """Return the sums that are not recorded yet."""
        return dict(self._summed)

    def recorded(self, sums: dict[Verdict, int]) -> None:
        """Subtract `sums`, which are in the ledger now."""
        self._summed -= Counter(sums)
