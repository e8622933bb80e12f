"""The parts of a virtual gate: kernel and root from the cache, and a folder for the run."""

import fcntl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from firmware_config.image import cache
from firmware_config.image.archive import our_mirrors
from gate_contract.errors import SchoolgateError
from tests.virtual_gate import kernel, root


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts; `folder` is for what only this run needs."""

    kernel: Path
    root: Path
    folder: Path


class NotCachedError(SchoolgateError):
    """Kernel or root of exactly this tree are not in the cache."""


def cached() -> tuple[Path, Path]:
    """Return kernel and root, without building anything. Raises NotCachedError."""
    folder = cache.default_cache()
    found = (folder / kernel.name(), folder / root.name())
    if missing := [path.name for path in found if not path.exists()]:
        raise NotCachedError(
            f"{' and '.join(missing)} not in {folder}: `make virtual-gate-cache` builds what this "
            "tree needs (about eight minutes the first time, one when the gate's code has changed)"
        )
    return found


def fill(say: Callable[[str], object]) -> tuple[Path, Path]:
    """Return kernel and root, built if they are missing. Of two processes one waits."""
    folder = cache.default_cache()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "virtual-gate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        mirrors = our_mirrors()
        say(f"kernel: {kernel.name()}")
        built = cache.kept(folder, kernel.name(), lambda out: kernel.build(mirrors, out))
        say(f"root: {root.name()}")
        return built, root.build(mirrors, folder)
