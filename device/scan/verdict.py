"""Decide the verdict of a code from what was read, what is known, and the time. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from device.timekeeping import Now
from gate_contract.card import Card, CardKind
from gate_contract.crossing import Direction
from gate_contract.roster import EntryAction
from gate_contract.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy of a gate. `direction` None is `auto`: the opposite of the last crossing today."""

    direction: Direction | None
    repeat_window_ms: int


@dataclass(frozen=True, slots=True)
class LastCrossing:
    """The newest crossing of one card in this gate's ledger. `day` is the local date."""

    direction: Direction
    boot_id: str
    up_ms: int
    day: date | None


@dataclass(frozen=True, slots=True)
class CardKnowledge:
    """What the gate knows of a card beyond its signature.

    `seen_ms_ago`: how long ago this card was last in view, None if it was not recently. `level` is
    that of the area where its holder lives, and `action` what the school does about it at the
    entry.
    """

    last: LastCrossing | None = None
    seen_ms_ago: int | None = None
    revoked: bool = False
    level: int | None = None
    action: EntryAction = EntryAction.ADMIT


class Answer(NamedTuple):
    """What to signal. `level` is shown beside the verdict, and stored nowhere."""

    verdict: Verdict
    level: int | None = None


@dataclass(frozen=True, slots=True)
class ScanDecision:
    """What to record, and with `level` what to signal.

    A crossing always has card and direction.
    """

    verdict: Verdict
    card: Card | None = None
    direction: Direction | None = None
    level: int | None = None

    @property
    def kind(self) -> CardKind | None:
        """The kind of the card."""
        return self.card.kind if self.card else None

    @property
    def answer(self) -> Answer:
        """What to signal."""
        return Answer(self.verdict, self.level)


def decide(claim: Card | Verdict, known: CardKnowledge, now: Now, policy: Policy) -> ScanDecision:
    """Decide the answer to one presentation of one code.

    `claim` is a genuine card, the card of a visitor's pass, or the verdict that refuses the code
    (`device.scan.claims`, `gatekeeper`). Nobody is locked in: an exit is never refused because of
    the roster. A fault of the gate never looks like a bad card: while the clock is not trusted, a
    card is not refused because of the date, only if it had expired on a day that was certain.
    """
    if isinstance(claim, Verdict):
        return ScanDecision(claim)
    if _is_repeat(known, now, policy):
        return ScanDecision(Verdict.REPEAT, claim)
    if now.trusted and now.day < claim.not_before:
        return ScanDecision(Verdict.NOT_YET_VALID, claim)
    if (now.day if now.trusted else now.earliest) > claim.expires:
        return ScanDecision(Verdict.EXPIRED, claim)
    direction = policy.direction or _opposite(known.last, now)
    if direction is Direction.OUT:
        return ScanDecision(Verdict.ADMITTED_OUT, claim, direction)
    if known.revoked:
        return ScanDecision(Verdict.REVOKED, claim, direction)
    if known.action is EntryAction.REFUSE:
        return ScanDecision(Verdict.RESTRICTED_LEVEL, claim, direction, known.level)
    shown = known.level if known.action is EntryAction.SIGNAL else None
    return ScanDecision(Verdict.ADMITTED_IN, claim, direction, shown)


def _is_repeat(known: CardKnowledge, now: Now, policy: Policy) -> bool:
    ages = [known.seen_ms_ago]
    if known.last and known.last.boot_id == now.boot_id:
        ages.append(now.up_ms - known.last.up_ms)
    return any(age is not None and age < policy.repeat_window_ms for age in ages)


def _opposite(last: LastCrossing | None, now: Now) -> Direction:
    if last is None or last.direction is Direction.OUT:
        return Direction.IN
    # Unknown times count as today: the next scan corrects a wrong guess, while a second `in`
    # would count one child twice.
    same_day = last.day is None or last.day == now.day
    return Direction.OUT if same_day else Direction.IN
