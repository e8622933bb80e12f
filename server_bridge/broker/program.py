"""Where the mosquitto program is."""

import os
import shutil
from pathlib import Path

from gate_contract.errors import SchoolgateError

SYSTEM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin"
"""Debian keeps mosquitto where only root's PATH looks, although any user may run it."""


def find_mosquitto() -> Path:
    """The program's path. Raises SchoolgateError naming the Debian package if it is missing."""
    found = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:{SYSTEM_FOLDERS}")
    if found is None:
        raise SchoolgateError("mosquitto is missing; install the Debian package mosquitto")
    return Path(found)
