"""What a check found: one line with figures, and what was not as promised."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Outcome:
    """`faults` empty: as promised."""

    name: str
    figures: str
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        verdict = "FAILED" if self.faults else "ok"
        return "\n  ".join([f"{self.name:<12} {verdict}: {self.figures}", *self.faults])
