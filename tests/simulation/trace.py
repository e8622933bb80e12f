"""The trace of a run, and what makes a run the same each time."""

import random
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import structlog

from tests.simulation.clocks import BEGIN_MS


@dataclass
class Trace:
    """The events in their order. `folder` has a new name each time, and is left out."""

    folder: Path
    lines: list[tuple[int, str, str]] = field(default_factory=list)
    now_ms: int = BEGIN_MS

    def say(self, who: str, what: str) -> None:
        self.lines.append((self.now_ms, who, what.replace(f"{self.folder}/", "")))

    def __str__(self) -> str:
        return "\n".join(
            f"{(at - BEGIN_MS) / 1000:12.3f} s  {who:16} {what}" for at, who, what in self.lines
        )


@contextmanager
def deterministic(chance_seed: int, say: Callable[[str, str], None]) -> Iterator[None]:
    """Take random identities from the seed, and put the logs into the trace."""
    chance = random.Random(chance_seed)

    def token_hex(size: int = 32) -> str:
        return chance.randbytes(size).hex()

    def keep(_logger: Any, method: str, event: Any) -> Any:
        said = dict(event)
        name = said.pop("event")
        say("log", f"{name} {said or ''}")
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(processors=[keep])
    try:
        with patch.object(secrets, "token_hex", token_hex):
            yield
    finally:
        structlog.configure(**before)
