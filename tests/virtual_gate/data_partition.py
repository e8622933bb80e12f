"""The data partition: at a first boot, when it grows and udev renames it, and when damaged."""

import json
import random
import shutil
import subprocess
from collections.abc import Iterator

from firmware_config.image.disk import MIB
from firmware_config.image.tools import run
from tests.systemd.credentials import credential
from tests.virtual_gate.card import make_card
from tests.virtual_gate.machine import Guest
from tests.virtual_gate.morning import BUSY_S, NO_HARDWARE_WATCHDOG, story
from tests.virtual_gate.outcome import Outcome
from tests.virtual_gate.parts import Parts
from tests.virtual_gate.pi import VERIFY
from tests.virtual_gate.pictures import Show
from tests.virtual_gate.site import GATE, Site, make_data

DATA_MIB, MORE_MIB = 64, 64
BOOTS, SHORT = 6, 2
LATE = "[Service]\nExecStart=\nExecStart=/usr/lib/virtual-gate/grow-data-late {}\n"
SLOW = 'ACTION=="add", KERNEL=="ubdb7", PROGRAM="/usr/bin/sleep 2"\n'
"""A rule of udev's that delays the partition's name."""
DAMAGE = ("unlink virtual-gate/people", "set_super_value state 2")
UNREPAIRED, GAVE_UP = 4, 8
"""Bits of e2fsck's exit code."""
SUPERBLOCK, SECTOR = 1024, 512
"""Its offset in the file system, in bytes. It has two sectors; the label is in the first."""
NAMELESS = 2
"""blkid's exit code."""
GOES_WRONG = "systemctl --failed --no-legend --plain | grep -q gate"


class Cards:
    """Copies of a fresh card, or of one that was damaged before."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._folder = parts.folder / "data"
        site = Site(self._folder / "site")
        self._path = self._folder / "card.img"
        self._data = make_data(
            self._folder / "data.img",
            size_mb=DATA_MIB,
            gate=site.configs[GATE].parent,
            shows={"people": Show(story(site)[:1], fps=site.fps)},
        )
        self._fresh = make_card(self._folder / "fresh.img", self._data)

    def damage(self) -> int:
        """Damage all further copies: a folder without parent, and the kernel's error mark.

        Returns the output of e2fsck(8) without a terminal.
        """
        for request in DAMAGE:
            run(["debugfs", "-w", "-R", request, self._data])
        make_card(self._fresh.path, self._data)
        return subprocess.run(["e2fsck", "-p", self._data], capture_output=True).returncode

    def boot(self, *arguments: str) -> Guest:
        """Boot with a card that is larger than its contents."""
        shutil.copyfile(self._fresh.path, self._path)
        with self._path.open("r+b") as file:
            file.truncate(self._path.stat().st_size + MORE_MIB * MIB)
        return self.boot_again(*arguments)

    def boot_again(self, *arguments: str) -> Guest:
        """Boot with the card as the last boot left it."""
        of = self._parts
        more = (*NO_HARDWARE_WATCHDOG, *arguments)
        return Guest(of.kernel, of.root, self._path, of.folder, network=False, arguments=more)

    def tear(self, sectors: range) -> tuple[int, int]:
        """Overwrite sectors of the superblock on the card that was booted last.

        Returns the output of blkid(8), and of e2fsck(8) run once, for a copy.
        """
        begin = self._fresh.part("data").start_mib * MIB
        copy = self._folder / "torn.img"
        with self._path.open("r+b") as file:
            file.seek(begin + SUPERBLOCK + sectors.start * SECTOR)
            file.write(random.Random(7).randbytes(len(sectors) * SECTOR))
            file.seek(begin)
            copy.write_bytes(file.read())
        named, repaired = (
            subprocess.run([*command, copy], capture_output=True).returncode
            for command in (("blkid", "-p"), ("e2fsck", "-y"))
        )
        return named, repaired


def data_partition(parts: Parts, *, short: bool) -> Iterator[Outcome]:
    """Check what ships, a control that needs the next slot check, and repairs."""
    card = Cards(parts)
    faults: list[str] = []
    boots = SHORT if short else BOOTS
    for number in range(boots):
        with card.boot(*(_late() if number % 2 else ())) as gate:
            faults += _stands(gate) or _grown(gate)
    figures = f"{boots} first boots on a card {MORE_MIB} MiB larger, half of them with a late udev"
    yield Outcome("grown", f"{figures}; the data partition has all of it, and they scan", faults)
    if short:
        return
    yield _helped(card)
    yield from _torn(card)
    code = card.damage()
    with card.boot() as gate:
        faults = _stands(gate) or _grown(gate)
        said = gate.ask("journalctl -b -o cat --no-pager | grep -i 'unconnected directory'")[1]
    faults += [] if code & UNREPAIRED else [f"e2fsck -p says {code}: there was nothing to repair"]
    yield Outcome("repaired", f"e2fsck(8) gives up without an answer; here: {said.strip()}", faults)


def _torn(card: Cards) -> Iterator[Outcome]:
    """Check a power cut during the write of the superblock."""
    for what, sectors, nameless in (("half", range(1, 2), False), ("whole", range(2), True)):
        with card.boot() as gate:
            faults = _stands(gate)
            ledger, before = _recorded(gate)
        named, once = card.tear(sectors)
        with card.boot_again() as gate:
            faults += _stands(gate)
            same, after = _recorded(gate)
        if (named == NAMELESS) != nameless or not once & GAVE_UP:
            faults.append(
                f"blkid says {named}, e2fsck {once}: it is not torn as it was meant to be"
            )
        if same != ledger or not 0 < before <= after:
            faults.append(f"{before} records in {ledger} before, {after} in {same} after it")
        label = "no label is left" if nameless else "the label is left"
        figures = f"{label}, e2fsck(8) gives up the first time; no record lost of {before}"
        yield Outcome(f"{what} superblock", figures, faults)


def _recorded(gate: Guest) -> tuple[str, int]:
    """Return the ledger's id and its last record, all verified, once somebody was answered."""
    answered = "journalctl -b -u gate-scan -o cat --no-pager | grep '\"answered\"'"
    gate.until(answered, within_s=BUSY_S)
    proof = json.loads(gate.run(VERIFY))
    return proof["ledger_id"], proof["last"]


def _stands(gate: Guest) -> list[str]:
    """Return what has failed, empty once gate-scan runs."""
    gate.until(f"systemctl is-active -q gate-scan || {GOES_WRONG}", within_s=BUSY_S)
    code, _ = gate.ask(GOES_WRONG)
    return [] if code else [gate.run("systemctl --failed --no-legend --plain"), gate.journal()]


def _grown(gate: Guest) -> list[str]:
    size = int(gate.run("df --output=size -m /data | tail -1"))
    return [] if size > DATA_MIB + MORE_MIB // 2 else [f"/data has {size} MiB"]


def _helped(card: Cards) -> Outcome:
    with card.boot(*_late("hasty")) as gate:
        faults = [] if _stands(gate) else ["it stood: the test proves nothing"]
        # Which the timer does again and again; at once the name may still be gone.
        look = "systemctl start --no-block gate-update; systemctl is-active -q gate-scan"
        gate.until(look, within_s=BUSY_S)
    figures = "not waiting for udev leaves the gate standing, until gate-update looks after it"
    return Outcome("control", figures, faults)


def _late(how: str = "") -> list[str]:
    """Return options of the kernel's command line."""
    grows = credential("systemd.unit-dropin.gate-grow.service", LATE.format(how))
    return [grows, credential("udev.rules.10-slow", SLOW)]
