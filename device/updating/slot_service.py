"""Install a bundle by RAUC, and after each boot keep, try or leave a slot."""

import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec.structs import replace

from device.updating import rauc_backend, state_file
from device.updating.install_rules import (
    SlotAction,
    UpdateRefusal,
    Window,
    after_boot,
    refusal,
)
from device.updating.rauc_backend import Backend
from gate_contract.errors import SchoolgateError

GATE = Path("/dev/disk/by-partuuid/53470001-01")
KEPT = Path("/data/updates/state.json")
RELEASE = Path("/usr/lib/os-release")
SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
SERVICES = ("gate-scan.service", "gate-uplink.service")
PATIENCE_S = 240  # the time in which the services of a slot on trial have to start
Run = Callable[[Sequence[str]], str]


@dataclass(frozen=True, slots=True)
class GateSystem:
    """The system functions that are used, so that tests can replace them."""

    slots: Backend
    run: Run
    machine: str
    version: str
    now: Callable[[], datetime | None]
    wait: Callable[[float], None] = time.sleep


def run(command: Sequence[str]) -> str:
    """Run a tool and return its output. Raises SchoolgateError with its last line."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise SchoolgateError(f"{command[0]}: {lines[-1] if lines else done.returncode}")
    return done.stdout


def this_gate() -> GateSystem:
    """Return the functions of the gate that this runs on."""
    release = dict(line.split("=", 1) for line in RELEASE.read_text().splitlines() if "=" in line)
    slots = Backend(GATE, KEPT, rauc_backend.running_slot(rauc_backend.PROC.read_text()))
    return GateSystem(slots, run, release["IMAGE_ID"], release["IMAGE_VERSION"], local_time)


def local_time() -> datetime | None:
    """Return the local time, None until a time server has set the clock in this boot."""
    return datetime.now().astimezone() if SYNCHRONISED.exists() else None


class WriteError(SchoolgateError):
    """RAUC could not write a genuine bundle."""


class RefusedError(SchoolgateError):
    """A genuine bundle that is not installed; `reason` is reported to the district."""

    def __init__(self, name: str, reason: UpdateRefusal) -> None:
        super().__init__(f"{name} is refused ({reason}): {REMEDIES[reason]}")
        self.reason = reason


def install(
    bundle: Path, gate: GateSystem, window: Window | None = None, ordered: str | None = None
) -> None:
    """Verify a bundle and write it into the other slot; `tend` tries it when it is time.

    `window` and the version `ordered` are those of the orders; for an installation by hand there
    are none, and the fixed hours apply.

    Raises:
        RefusedError: it is genuine, but not for now or not for here; nothing changes then.
        WriteError: RAUC could not write it.
        SchoolgateError: RAUC does not accept its signature.
    """
    info = msgspec.json.decode(gate.run(["rauc", "info", "--output-format=json", str(bundle)]))
    state = state_file.recall(gate.slots.kept)
    reason = refusal(
        bundle=(info["compatible"], info["version"]),
        installed=(gate.machine, gate.version),
        given_up=state.given_up,
        on_trial=gate.slots.running is not gate.slots.committed(),
        now=gate.now(),
        window=window,
        ordered=ordered,
    )
    if reason:
        raise RefusedError(bundle.name, reason)
    # Not pending while it is written; RAUC marks the slot bad before it writes, too.
    state = replace(state, pending=None, tries_left=0, version=info["version"], window=window)
    state_file.keep(gate.slots.kept, state)
    try:
        gate.run(["rauc", "install", str(bundle)])
    except SchoolgateError as error:
        raise WriteError(str(error)) from error


REMEDIES = {
    "other_machine": "it is for another kind of machine",
    "other_version": "the orders name another version; inform the district",
    "old": "what is installed is as new or newer",
    "given_up": "this version has been tried here and did not work; send a later one",
    "school_hours": "send it again after 18:30, or on a Sunday",
    "clock": "the clock has not been set yet; check the network, then send it again",
    "on_trial": "an update is being tried; send it again when it has proven itself",
}


def tend(gate: GateSystem) -> SlotAction:
    """Act on the slots after a boot: keep one that works, leave a failed one, try a pending one."""
    slots, running = gate.slots, gate.slots.running
    trial = running is not slots.committed()
    healthy = _become_healthy(gate) if trial else True
    state = state_file.recall(slots.kept)
    action = after_boot(
        state, running=running, committed=slots.committed(), healthy=healthy, now=gate.now()
    )
    match action:
        case SlotAction.COMMIT:
            gate.run(["rauc", "status", "mark-good"])
        case SlotAction.GO_BACK:
            gate.run(["systemctl", "reboot"])
        case SlotAction.TRY:
            state_file.keep(slots.kept, replace(state, tries_left=state.tries_left - 1))
            gate.run(["systemctl", "reboot", "--reboot-argument=0 tryboot"])
        case SlotAction.GIVE_UP:
            slots.set_bad(running.other)
            _give_up(gate)
    return action


def _become_healthy(gate: GateSystem) -> bool:
    """Wait until both services run; gate-scan is active only with a frame and a ledger."""
    for _ in range(PATIENCE_S // 5):
        states = [_state(gate, service) for service in SERVICES]
        if all(state == "active" for state in states):
            return True
        gate.wait(5)
    return False


def _state(gate: GateSystem, service: str) -> str:
    return gate.run(["systemctl", "show", "--property=ActiveState", "--value", service]).strip()


def _give_up(gate: GateSystem) -> None:
    info = msgspec.json.decode(gate.run(["rauc", "status", "--output-format=json", "--detailed"]))
    version = _version_in(info, gate.slots.running.other)
    state = state_file.recall(gate.slots.kept)
    given_up = state.given_up | ({version or state.version} - {""})
    state_file.keep(gate.slots.kept, replace(state, given_up=given_up))


def _version_in(status: dict[str, list[dict[str, dict[str, object]]]], slot: str) -> str:
    for entry in status["slots"]:
        for described in entry.values():
            if described.get("bootname") == slot:
                held = msgspec.convert(described.get("slot_status", {}), dict[str, object])
                bundle = msgspec.convert(held.get("bundle", {}), dict[str, str])
                return bundle.get("version", "")
    return ""
