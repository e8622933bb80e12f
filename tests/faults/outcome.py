"""The result of a campaign, and its line."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

LOOK_S = 0.02


@dataclass(slots=True)
class Outcome:
    """The result of `tried` faults, of which `survived` were survived.

    `lost` crossings had a green light and are not at the district; `duplicated` ones are there more
    often than they happened.
    """

    name: str
    tried: int = 0
    survived: int = 0
    lost: int = 0
    duplicated: int = 0
    worst_s: float = 0.0
    green: int = 0
    notes: list[str] = field(default_factory=list)

    def line(self) -> str:
        told = (
            f"{self.name}: tried {self.tried:,}, survived {self.survived:,}, "
            f"lost {self.lost:,}, duplicated {self.duplicated:,}, "
            f"worst recovery {self.worst_s:.1f} s"
        )
        more = [f"{self.green:,} green lights"] if self.green else []
        return f"{told} ({'; '.join(more + self.notes)})" if more + self.notes else told

    @property
    def is_clean(self) -> bool:
        return self.tried > 0 and self.survived == self.tried and not self.lost + self.duplicated

    def recovered(self, condition: Callable[[], bool], within_s: float) -> bool:
        """Count one fault, and wait until what it broke works again."""
        self.tried += 1
        began = time.monotonic()
        came = eventually(condition, within_s)
        self.worst_s = max(self.worst_s, time.monotonic() - began)
        self.survived += came
        return came


def eventually(condition: Callable[[], bool], within_s: float) -> bool:
    """Whether `condition` becomes true in time."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK_S)  # between looks, never instead of one
    return True
