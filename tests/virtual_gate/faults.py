"""A gate that hangs recovers by itself: process, camera, service manager."""

import time
from collections.abc import Iterator

from device.scan.camera_recovery import STARTS
from tests.virtual_gate.card import make_card
from tests.virtual_gate.machine import Guest
from tests.virtual_gate.morning import FROZEN
from tests.virtual_gate.outcome import Outcome
from tests.virtual_gate.parts import Parts
from tests.virtual_gate.pictures import Show
from tests.virtual_gate.site import GATE, Site, make_data

DATA_MB = 64
PATIENCE_S = 600.0
"""A busy machine makes everything slower; nothing here is judged by its time."""
SEEING = """grep -q '"camera":"ok"' /run/schoolgate/scan.json"""
MAIN_PID = "systemctl show -P MainPID gate-scan"
SAID = "journalctl -b -u gate-scan -o cat --no-pager"


def hangs(parts: Parts) -> Iterator[Outcome]:
    """Hang one gate, without a network, in three ways; yield each outcome once it sees again."""
    site = Site(parts.folder / "hangs")
    folder = site.configs[GATE].parent
    shows = {"nobody": Show([b""])}
    data = make_data(parts.folder / "hangs.data", size_mb=DATA_MB, gate=folder, shows=shows)
    card = make_card(parts.folder / "hangs.img", data).path
    with Guest(parts.kernel, parts.root, card, parts.folder, network=False) as gate:
        gate.until(SEEING)
        yield _frozen_process(gate)
        yield _frozen_camera(gate)
        yield _hung_manager(gate)


def _frozen_process(gate: Guest) -> Outcome:
    """Send SIGSTOP: the process is alive, and does nothing."""
    pid = gate.run(MAIN_PID).strip()
    began_s = time.monotonic()
    gate.run(f"kill -STOP {pid}")
    gate.until(
        f"pid=$({MAIN_PID}); test $pid -gt 0 && test $pid != {pid} && {SEEING}",
        within_s=PATIENCE_S,
    )
    took_s = time.monotonic() - began_s
    said = gate.run(f"{SAID} | grep -i watchdog || true")
    return Outcome(
        "hung process",
        f"stopped by SIGSTOP, ended by systemd's watchdog, seeing again after {took_s:.0f} s",
        [] if "atchdog timeout" in said else [f"systemd's watchdog did not say so: {said}"],
    )


def _frozen_camera(gate: Guest) -> Outcome:
    """Give no frame and no error: the camera is reopened, gate-scan restarted, then a reboot."""
    boot = gate.run("cat /proc/sys/kernel/random/boot_id")
    began_s = time.monotonic()
    gate.run(f"touch {FROZEN}")
    gate.until(f"{SAID} | grep 'camera gives no frames' | grep -q restart")
    gate.await_boot(within_s=PATIENCE_S)
    # Written when a reboot is asked for, that is after STARTS in vain, and taken back by a frame.
    reboots = gate.until("cat /data/ledger/camera-reboots").strip()
    gate.until(SEEING, within_s=PATIENCE_S)
    gate.until("test ! -e /data/ledger/camera-reboots")
    took_s = time.monotonic() - began_s
    faults = [] if reboots == "1" else [f"{reboots} reboots were counted"]
    if gate.run("cat /proc/sys/kernel/random/boot_id") == boot:
        faults.append("it is still the same boot")
    return Outcome(
        "dead camera",
        f"opened again, {STARTS} starts of gate-scan, one reboot that it asked for; seeing again, "
        f"and its counts set back, after {took_s:.0f} s",
        faults,
    )


def _hung_manager(gate: Guest) -> Outcome:
    """Crash systemd, so that nothing feeds the hardware watchdog any more."""
    began_s = time.monotonic()
    gate.send("kill -SEGV 1")
    gate.await_boot(within_s=PATIENCE_S)
    gate.until(SEEING, within_s=PATIENCE_S)
    reset = "softdog: Initiating system reboot" in gate.console()
    return Outcome(
        "hung manager",
        f"systemd crashed, reset by the hardware watchdog, seeing again after "
        f"{time.monotonic() - began_s:.0f} s",
        [] if reset else ["the reset did not come from the watchdog"],
    )
