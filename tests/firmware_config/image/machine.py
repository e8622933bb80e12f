"""The card in a machine that QEMU emulates, observed from outside until its probe has finished."""

import os
import selectors
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from device.config import SignalSettings
from tests.firmware_config.image.flashed import Boot
from tests.firmware_config.image.monitor import Monitor

END = "PROBE end"
# All of this machine's processors compute, each for one or two of the machine's.
EMULATION = ("-accel", "tcg,thread=multi")
LOOKS_EVERY_S = 0.02
PINS = SignalSettings()  # the shipped pins, which the test's configuration keeps


@dataclass(frozen=True, slots=True)
class Model:
    """A machine of QEMU's.

    `last` is what the probe does at its end: it ends with the machine's watchdog, which the monitor
    sees.
    """

    machine: str
    serial: tuple[str, ...]
    options: tuple[str, ...]
    drive: tuple[str, ...]
    command_line: str
    last: str
    is_pi: bool = False


# A busy machine holds the guest up for longer than the shipped 14 s. The watchdog is armed,
# by systemd and for as long, when everything else was told.
ARM = (
    "busctl set-property org.freedesktop.systemd1 /org/freedesktop/systemd1 "
    "org.freedesktop.systemd1.Manager RuntimeWatchdogUSec t 14000000"
)
NOT_YET = "systemd.watchdog_sec=0"
PETTED_S = 30
MODELS = {
    "virt": Model(
        # Given randomness, the kernel isolates its page tables, and each of its calls costs QEMU
        # the whole TLB: everything takes twice as long. The tree of QEMU's Pi brings none either.
        "virt,dtb-randomness=off",
        ("-serial", "stdio"),
        (*("-cpu", "cortex-a72", "-smp", "2", "-m", "1024"), "-nic", "none", "-device", "i6300esb"),
        ("if=none,id=card", "-device", "virtio-blk-pci,drive=card"),
        "console=ttyAMA0",
        f"{ARM}; sleep {PETTED_S}; echo PROBE petted_s {PETTED_S}; kill -s SEGV 1",
    ),
    "raspi3b": Model(
        "raspi3b",
        ("-serial", "null", "-serial", "stdio"),  # the first one is Bluetooth's
        (),
        ("if=sd",),
        # The graphics processor that these drivers speak to is not there.
        "console=ttyS1,115200 modprobe.blacklist=vchiq,raspberrypi_cpufreq",
        ARM,  # QEMU's Pi is reset at the moment that its watchdog is armed
        is_pi=True,
    ),
}


@dataclass(slots=True)
class Told:
    """The output and events of a machine.

    `found` are the probe's `PROBE name value` lines, `events` the monitor's, `pins` lines `ms
    levels` (red, green, blue, buzzer), one for each change.
    """

    seconds: float = 0.0
    ended: bool = False
    lines: list[str] = field(default_factory=list)
    found: dict[str, str] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)
    pins: list[str] = field(default_factory=list)


def run(
    model: Model, card: Path, boot: Boot, extra: str, *, limit_s: float, log: Path | None = None
) -> Told:
    """Boot until the machine ends or the time is up.

    The console is written into `log` as it comes.
    """
    said = Told()
    ours, its = socket.socketpair()
    command = [
        *("setpriv", "--pdeathsig", "KILL"),  # a test that is stopped leaves no machine behind
        *("qemu-system-aarch64", "-M", model.machine, *EMULATION),
        *("-display", "none", "-no-reboot", *model.serial, *model.options),
        *("-chardev", f"socket,id=monitor,fd={its.fileno()}"),
        *("-mon", "chardev=monitor,mode=control"),
        *("-kernel", boot.kernel, "-initrd", boot.initramfs),
        *(("-dtb", boot.tree) if model.is_pi else ()),
        *("-append", f"{boot.command_line} {model.command_line} {NOT_YET} {extra}"),
        *("-drive", f"file={card},format=raw,cache=unsafe,{model.drive[0]}", *model.drive[1:]),
    ]
    began = time.monotonic()
    with subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=[its.fileno()],
    ) as qemu:
        its.close()
        try:
            with Monitor(ours) as monitor, (log or Path(os.devnull)).open("wb") as console:
                _listen(qemu, monitor, said, model, began + limit_s, console)
                qemu.kill()
                monitor.drain()
                said.events = monitor.events
        finally:
            qemu.kill()
    said.seconds = time.monotonic() - began
    return said


def _listen(
    qemu: "subprocess.Popen[bytes]",
    monitor: Monitor,
    said: Told,
    model: Model,
    deadline: float,
    console: BinaryIO,
) -> None:
    assert qemu.stdout
    os.set_blocking(qemu.stdout.fileno(), False)
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(qemu.stdout, selectors.EVENT_READ)
        while time.monotonic() < deadline:
            ready = selector.select(LOOKS_EVERY_S)
            if model.is_pi and not said.ended:
                _look(monitor, said)
            if not ready:
                continue
            if not (block := qemu.stdout.read(65536)):
                return
            console.write(block)
            console.flush()
            *whole, rest = (rest + block).split(b"\n")
            for line in whole:
                _hear(line.decode(errors="replace").strip(), said)


def _hear(line: str, said: Told) -> None:
    said.lines.append(line)
    said.ended |= line == END
    if line.startswith("PROBE "):
        _, name, value = (*line.split(" ", 2), "")[:3]
        said.found[name] = value


def _look(monitor: Monitor, said: Told) -> None:
    try:
        levels = monitor.gpio()
    except ConnectionResetError:  # it has ended; what it said last is still to be read
        return
    pins = (PINS.red_pin, PINS.green_pin, PINS.blue_pin, PINS.buzzer_pin)
    shown = "".join(str(levels >> pin & 1) for pin in pins)
    if not said.pins or said.pins[-1].split()[1] != shown:
        said.pins.append(f"{time.monotonic() * 1000:.0f} {shown}")
