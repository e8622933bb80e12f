"""Write the files that a command was asked for."""

from pathlib import Path

from gate_contract.durable_file import replace_file
from gate_contract.errors import SchoolgateError


def write_file(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read; an older one stays until the new one is complete.

    Raises:
        SchoolgateError: it cannot be written there.
    """
    try:
        replace_file(path, content, 0o600)
    except OSError as error:
        raise SchoolgateError(f"{path}: {error.strerror}; choose a folder you own") from error
