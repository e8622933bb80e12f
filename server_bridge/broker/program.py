"""Find the mosquitto program."""

import os
import shutil
from pathlib import Path

from gate_contract.errors import SchoolgateError

SYSTEM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin"
"""Debian installs mosquitto in a folder of root's PATH, although any user may run it."""


def find_mosquitto() -> Path:
    """Return the program's path. Raises SchoolgateError if it is missing."""
    found = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:{SYSTEM_FOLDERS}")
    if found is None:
        raise SchoolgateError("mosquitto is missing; install the Debian package mosquitto")
    return Path(found)
