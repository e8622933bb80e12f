"""What a virtual gate needs: kernel and root from the cache, and a folder for the run."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Parts:
    """`folder` is for what only this run needs."""

    kernel: Path
    root: Path
    folder: Path
