"""Prepare a flashed SD card for a gate.

Its ticket, the PIN, the district's key and the gate's hardware are files in the folder `schoolgate`
of the boot partition, which every computer can read.
"""

import base64
import re
from dataclasses import dataclass
from pathlib import Path

from gate_contract.durable_file import replace_file
from gate_contract.errors import SchoolgateError
from gate_contract.ticket import open_secrets, read_pin, verify

FOLDER = "schoolgate"
PIN_NAME, DISTRICT_NAME, HARDWARE_NAME = "pin.txt", "district.pub", "hardware.toml"
MARKS = ("config.txt", "cmdline.txt", "bootcode.bin", "start4.elf", FOLDER)
"""One of these is on every boot partition of a Raspberry Pi, and on no other drive."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What to write on an SD card.

    `pin` None: it will be shown to the camera, or none is needed. `district` is the orders key of
    the only district whose tickets the gate is to trust.
    """

    ticket: bytes | None = None
    pin: str | None = None
    district: bytes | None = None
    hardware: str | None = None


def files(prepared: Prepared) -> dict[str, bytes]:
    """Return the contents of the files by name.

    Raises:
        SchoolgateError: the ticket is damaged or of another district, or the PIN does not fit it.
    """
    made: dict[str, bytes] = {}
    if prepared.district is not None:
        made[DISTRICT_NAME] = base64.b64encode(prepared.district) + b"\n"
    if prepared.hardware is not None:
        made[HARDWARE_NAME] = prepared.hardware.encode()
    if prepared.ticket is not None:
        ticket, _ = verify(prepared.ticket, prepared.district)
        if prepared.pin is not None:
            pin = read_pin(prepared.pin.encode())
            open_secrets(ticket, pin)
            made[PIN_NAME] = f"{pin}\r\n".encode()
        made[f"{ticket.gate_id}.ticket"] = prepared.ticket.strip() + b"\r\n"
    elif prepared.pin is not None:
        raise SchoolgateError("a PIN opens a ticket; name its file too: --ticket")
    return made


def prepare(boot: Path, prepared: Prepared) -> list[Path]:
    """Write the files into the boot partition at `boot`, and delete those of another ticket.

    Raises:
        SchoolgateError: as `files`; `boot` is no boot partition, or cannot be written.
    """
    made = files(prepared)
    if not any((boot / mark).exists() for mark in MARKS):
        raise SchoolgateError(
            f"{boot} is not the boot partition of a Raspberry Pi: name the drive that the "
            "computer shows after flashing (GATE)"
        )
    folder = boot / FOLDER
    try:
        folder.mkdir(exist_ok=True)
        if prepared.ticket is not None:
            for old in (*folder.glob("*.ticket"), folder / PIN_NAME):
                old.unlink(missing_ok=True)
        for name, content in made.items():
            replace_file(folder / name, content, 0o600)
    except OSError as error:
        raise SchoolgateError(f"{folder}: {error.strerror}; take the SD card's lock off") from error
    return [folder / name for name in made]


def district_key(text: str) -> bytes:
    """Return the key in the output of `gate-bridge gate keys`, or in a line of base64.

    Raises:
        SchoolgateError: there is no key in it.
    """
    section = re.search(r"\[orders\.keys\]\s*\n\s*\d+\s*=\s*\"([^\"]+)\"", text)
    try:
        key = base64.b64decode((section[1] if section else text).strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise SchoolgateError("no orders key is in it; write the file with: gate-bridge gate keys")
    return key
