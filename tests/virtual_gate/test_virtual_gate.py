"""The virtual gate's short version, if kernel and root of exactly this tree are in the cache."""

import subprocess
import sys

import pytest

from gate_contract.errors import SchoolgateError
from tests.virtual_gate import parts


@pytest.mark.timeout(600)
def test_the_virtual_gate_is_as_promised() -> None:
    try:
        parts.cached()
    except SchoolgateError as error:
        pytest.skip(f"NO VIRTUAL GATE: {error}")
    done = subprocess.run(
        [sys.executable, "-m", "tests.virtual_gate", "--short", "morning", "data", "cuts"],
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout)  # noqa: T201 (its figures, when it fails)
    assert done.returncode == 0, done.stdout + done.stderr
