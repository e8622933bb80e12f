"""Run external tools, and keep their output for the error message."""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from gate_contract.errors import SchoolgateError

PACKAGES = Path(__file__).parent / "packages.txt"


@contextmanager
def known_umask() -> Iterator[None]:
    """Set a fixed umask, so that folders and files have the same permissions on all machines."""
    ours = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(ours)


def run(
    command: Sequence[object],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    given: bytes | None = None,
    into: Sequence[object] = (),
) -> bytes:
    """Run a tool to its end and return its output. `env` is added to this process's.

    The output is the input of the command `into`, if there is one.

    Raises:
        SchoolgateError: the tool fails (with its last lines), or is not installed.
    """
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env={**os.environ, "LC_ALL": "C.UTF-8", **(env or {})},
            input=given,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise SchoolgateError(
            f"{command[0]} is not installed; `make image` installs what {PACKAGES.name} names"
        ) from error
    if done.returncode:
        last = b"\n".join((done.stdout + done.stderr).splitlines()[-12:]).decode(errors="replace")
        raise SchoolgateError(f"{command[0]} ended with {done.returncode}:\n{last}")
    return run(into, given=done.stdout) if into else done.stdout
