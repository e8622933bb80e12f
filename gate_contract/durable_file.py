"""Replace a file so that a power cut leaves the old content or the new content, never a part.

A gate keeps its orders and rosters in such files, the district its keys. Neither side may import
the other, so the function is in this package, although it does not cross the wire.
"""

import os
import tempfile
from pathlib import Path


def replace_file(path: Path, content: bytes, mode: int) -> None:
    """Replace the file at `path` with `content` and permissions `mode`; return once it is synced.

    The content is written to a temporary file in the same folder and synced, the temporary file is
    renamed to `path`, and the folder is synced, because the rename itself is data of the folder.

    Raises:
        OSError: the folder cannot be written or is full. The old file is unchanged then.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Sync the entries of `folder`: names that were created, renamed or removed. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
