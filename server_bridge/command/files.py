"""Writing the files that somebody asked for."""

import os
from pathlib import Path

from gate_contract.errors import SchoolgateError


def write_file(path: Path, content: bytes) -> None:
    """Write a file for its owner's eyes; what stood there stays until the new one is whole.

    Raises:
        SchoolgateError: it cannot be written there.
    """
    draft = path.with_name(f".{path.name}.part")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise SchoolgateError(f"{path}: {error.strerror}; choose a folder you own") from error
