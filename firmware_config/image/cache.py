"""Cache what takes minutes to build, outside the repository, by a hash of all of its inputs."""

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec

VARIABLE = "GATE_IMAGE_CACHE"


def default_cache() -> Path:
    """Return the folder in `GATE_IMAGE_CACHE`, or one in the user's cache folder (XDG)."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "schoolgate-image"


def digest(settings: Mapping[str, object], files: Iterable[tuple[str, Path]] = ()) -> str:
    """Hash settings, and names, contents and the executable bit of files, to 32 hex digits."""
    total = hashlib.sha256(msgspec.json.encode(settings, order="sorted"))
    for name, path in files:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{name}\0{content}\0{path.stat().st_mode & 0o111:o}\n".encode())
    return total.hexdigest()[:32]


def kept(cache: Path, name: str, make: Callable[[Path], None]) -> Path:
    """Return the file `name` in the cache; if it is missing, `make` writes it to a given path.

    A run that is stopped leaves no incomplete file under the name.
    """
    path = cache / name
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        beside = cache / f"{name}.{os.getpid()}.part"
        try:
            make(beside)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    return path
