"""The card in a machine that QEMU emulates, started as a Pi's firmware would start it.

The firmware itself cannot be emulated: `firmware` reads the boot choice from the card and takes
kernel, initramfs and command line out of that partition. Everything after is the image's own.
"""

import json
import os
import selectors
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from firmware_config.image.disk import MIB
from firmware_config.update.choice import boots

END = "PROBE end"
# The machine's time goes by what it computes: a busy host is no reason for a time-out in it.
CLOCK = ("-icount", "shift=3,sleep=off")
CONSOLES = {"virt": "console=ttyAMA0", "raspi3b": "console=ttyAMA1 console=ttyAMA0"}


@dataclass(frozen=True, slots=True)
class Boot:
    """What the firmware hands to the processor."""

    partition: int
    kernel: Path
    initramfs: Path
    tree: Path
    command_line: str


@dataclass(slots=True)
class Told:
    """What a machine said on its console; `found` are the probe's `PROBE name value` lines."""

    seconds: float = 0.0
    lines: list[str] = field(default_factory=list)
    found: dict[str, str] = field(default_factory=dict)


def offsets(image: Path) -> dict[int, int]:
    """Where the partitions begin, by number, in bytes."""
    told = subprocess.run(["sfdisk", "--json", image], check=True, capture_output=True).stdout
    parts = json.loads(told)["partitiontable"]["partitions"]
    return {int(part["node"].removeprefix(str(image))): part["start"] * 512 for part in parts}


def firmware(card: Path, folder: Path, *, trying: bool = False) -> Boot:
    """Read the card as the firmware does; files are put into `folder`."""
    at = offsets(card)
    autoboot = _read(card, at[1], "autoboot.txt")
    number = boots(autoboot, trying=trying)
    for name in ("kernel8.img", "initramfs8", "bcm2837-rpi-3-b.dtb"):
        (folder / name).write_bytes(_read(card, at[number], name))
    command_line = _read(card, at[number], "cmdline.txt").decode().strip()
    kernel, initramfs = folder / "kernel8.img", folder / "initramfs8"
    return Boot(number, kernel, initramfs, folder / "bcm2837-rpi-3-b.dtb", command_line)


def _read(card: Path, offset: int, name: str) -> bytes:
    return subprocess.run(
        ["mtype", "-i", f"{card}@@{offset}", f"::{name}"], check=True, capture_output=True
    ).stdout


def resized(image: Path, out: Path, gib: int) -> Path:
    """A copy on a larger card; QEMU's Pi takes cards of powers of two only."""
    subprocess.run(["cp", "--sparse=always", image, out], check=True)
    os.truncate(out, gib << 30)
    return out


def put(part: Path, card: Path, number: int) -> None:
    """Write a file over the beginning of a partition."""
    at = offsets(card)[number]
    with part.open("rb") as source, card.open("r+b") as target:
        target.seek(at)
        while block := source.read(MIB):
            target.write(block)


def run(
    machine: str, card: Path, boot: Boot, extra: str, *, limit_s: float, log: Path | None = None
) -> Told:
    """Boot until the probe has ended, the machine has, or the time is up.

    What the console says goes into `log` as it comes.
    """
    said = Told()
    command = [
        *("qemu-system-aarch64", "-M", machine, "-display", "none", "-monitor", "none"),
        *(
            *CLOCK,
            "-no-reboot",
            "-serial",
            "stdio",
            "-kernel",
            boot.kernel,
            "-initrd",
            boot.initramfs,
        ),
        *("-append", f"{boot.command_line} {CONSOLES[machine]} {extra}"),
    ]
    if machine == "virt":
        command += ["-cpu", "cortex-a72", "-m", "1024", "-nic", "none"]
        command += ["-device", "i6300esb", "-drive", f"file={card},if=none,id=card,format=raw"]
        command += ["-device", "virtio-blk-pci,drive=card"]
    else:
        command += ["-dtb", boot.tree, "-serial", "null"]
        command += ["-drive", f"file={card},if=sd,format=raw"]
    began = time.monotonic()
    with subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as qemu:
        with (log or Path(os.devnull)).open("wb") as console:
            _listen(qemu, said, began + limit_s, console)
        qemu.kill()
    said.seconds = time.monotonic() - began
    return said


def _listen(
    qemu: "subprocess.Popen[bytes]", said: Told, deadline: float, console: BinaryIO
) -> None:
    assert qemu.stdout
    os.set_blocking(qemu.stdout.fileno(), False)
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(qemu.stdout, selectors.EVENT_READ)
        while time.monotonic() < deadline:
            if not selector.select(1):
                continue
            if not (block := qemu.stdout.read(65536)):
                return
            console.write(block)
            console.flush()
            *whole, rest = (rest + block).split(b"\n")
            for line in (line.decode(errors="replace").strip() for line in whole):
                said.lines.append(line)
                if line == END:
                    return
                if line.startswith("PROBE "):
                    _, name, value = (*line.split(" ", 2), "")[:3]
                    said.found[name] = value
