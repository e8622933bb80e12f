"""The result of a check: one line with figures, and what was wrong."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a check; without `faults` it passed."""

    name: str
    figures: str
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        verdict = "FAILED" if self.faults else "ok"
        return "\n  ".join([f"{self.name:<12} {verdict}: {self.figures}", *self.faults])
