"""What takes minutes to build is kept outside the tree, by a hash of everything it is made of."""

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec

VARIABLE = "GATE_IMAGE_CACHE"


def default_cache() -> Path:
    """`GATE_IMAGE_CACHE`, or a folder where the desktop's rules want caches."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "schoolgate-image"


def digest(settings: Mapping[str, object], files: Iterable[tuple[str, Path]] = ()) -> str:
    """32 hex digits over settings, and over names, contents and the executable bit of files."""
    total = hashlib.sha256(msgspec.json.encode(settings, order="sorted"))
    for name, path in files:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{name}\0{content}\0{path.stat().st_mode & 0o111:o}\n".encode())
    return total.hexdigest()[:32]


def kept(cache: Path, name: str, make: Callable[[Path], None]) -> Path:
    """The file `name` in the cache; `make` writes it to the path it is given if it is missing.

    A run that is stopped leaves nothing half made under the name.
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
