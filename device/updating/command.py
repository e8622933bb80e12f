"""The `gate-update` command of a gate: install a bundle, and look after slots at each boot."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click
import msgspec
from msgspec.structs import replace

from device.updating import rauc_backend, state_file
from device.updating.planning import SlotAction, UpdateRefusal, Window, after_boot, refusal
from device.updating.rauc_backend import Backend
from gate_contract.errors import SchoolgateError

GATE = Path("/dev/disk/by-partuuid/53470001-01")
KEPT = Path("/data/updates/state.json")
RELEASE = Path("/usr/lib/os-release")
SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
SERVICES = ("gate-scan.service", "gate-uplink.service")
PATIENCE_S = 240  # a slot on trial has this long until its services must run
Run = Callable[[Sequence[str]], str]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the command touches, so that a test can put a folder in its place."""

    slots: Backend
    run: Run
    machine: str
    version: str
    now: Callable[[], datetime | None]
    wait: Callable[[float], None] = time.sleep


def run(command: Sequence[str]) -> str:
    """Run a tool; raises SchoolgateError with what it said."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise SchoolgateError(f"{command[0]}: {said[-1] if said else done.returncode}")
    return done.stdout


def here() -> Surroundings:
    """The gate that this runs on."""
    release = dict(line.split("=", 1) for line in RELEASE.read_text().splitlines() if "=" in line)
    slots = Backend(GATE, KEPT, rauc_backend.running_slot(rauc_backend.PROC.read_text()))
    return Surroundings(slots, run, release["IMAGE_ID"], release["IMAGE_VERSION"], local_time)


def local_time() -> datetime | None:
    """The school's time, once the clock has been set by a server since this boot."""
    return datetime.now().astimezone() if SYNCHRONISED.exists() else None


class WriteError(SchoolgateError):
    """RAUC could not write a bundle that it had found genuine."""


class RefusedError(SchoolgateError):
    """A genuine bundle that is not installed. `reason` is told to the district."""

    def __init__(self, name: str, reason: UpdateRefusal) -> None:
        super().__init__(f"{name} is refused ({reason}): {REMEDIES[reason]}")
        self.reason = reason


def install(
    bundle: Path, at: Surroundings, window: Window | None = None, ordered: str | None = None
) -> None:
    """Verify a bundle and write it into the other slot. It is tried by `tend`, when it is time.

    `window` and the version `ordered` are those of the orders; by hand there are none, and the
    fixed hours hold.

    Raises:
        RefusedError: it is genuine, but not for now or not for here; nothing changes then.
        WriteError: RAUC could not write it.
        SchoolgateError: RAUC does not find it genuine.
    """
    told = msgspec.json.decode(at.run(["rauc", "info", "--output-format=json", str(bundle)]))
    state = state_file.recall(at.slots.kept)
    reason = refusal(
        bundle=(told["compatible"], told["version"]),
        installed=(at.machine, at.version),
        given_up=state.given_up,
        on_trial=at.slots.running is not at.slots.committed(),
        now=at.now(),
        window=window,
        ordered=ordered,
    )
    if reason:
        raise RefusedError(bundle.name, reason)
    # Not pending while it is written; RAUC's back end says so too, before it writes.
    state = replace(state, pending=None, tries_left=0, version=told["version"], window=window)
    state_file.keep(at.slots.kept, state)
    try:
        at.run(["rauc", "install", str(bundle)])
    except SchoolgateError as error:
        raise WriteError(str(error)) from error


REMEDIES = {
    "other_machine": "it is for another kind of machine",
    "other_version": "the orders name another version; tell the district",
    "old": "what is installed is as new or newer",
    "given_up": "this version has been tried here and did not work; send a later one",
    "school_hours": "send it again after 18:30, or on a Sunday",
    "clock": "the clock has not been set yet; check the network, then send it again",
    "on_trial": "an update is being tried; send it again when it has proven itself",
}


def tend(at: Surroundings) -> SlotAction:
    """After a boot: keep a slot that works, go back from one that does not, try one that waits."""
    slots, running = at.slots, at.slots.running
    trial = running is not slots.committed()
    healthy = _become_healthy(at) if trial else True
    state = state_file.recall(slots.kept)
    action = after_boot(
        state, running=running, committed=slots.committed(), healthy=healthy, now=at.now()
    )
    match action:
        case SlotAction.COMMIT:
            at.run(["rauc", "status", "mark-good"])
        case SlotAction.GO_BACK:
            at.run(["systemctl", "reboot"])
        case SlotAction.TRY:
            state_file.keep(slots.kept, replace(state, tries_left=state.tries_left - 1))
            at.run(["systemctl", "reboot", "--reboot-argument=0 tryboot"])
        case SlotAction.GIVE_UP:
            slots.set_bad(running.other)
            _give_up(at)
    return action


def _become_healthy(at: Surroundings) -> bool:
    """Whether both services come to run: gate-scan says so only with a frame and a ledger."""
    for _ in range(PATIENCE_S // 5):
        states = [_state(at, service) for service in SERVICES]
        if all(state == "active" for state in states):
            return True
        at.wait(5)
    return False


def _state(at: Surroundings, service: str) -> str:
    return at.run(["systemctl", "show", "--property=ActiveState", "--value", service]).strip()


def _give_up(at: Surroundings) -> None:
    told = msgspec.json.decode(at.run(["rauc", "status", "--output-format=json", "--detailed"]))
    version = _version_in(told, at.slots.running.other)
    state = state_file.recall(at.slots.kept)
    given_up = state.given_up | ({version or state.version} - {""})
    state_file.keep(at.slots.kept, replace(state, given_up=given_up))


def _version_in(status: dict[str, list[dict[str, dict[str, object]]]], slot: str) -> str:
    for entry in status["slots"]:
        for described in entry.values():
            if described.get("bootname") == slot:
                held = msgspec.convert(described.get("slot_status", {}), dict[str, object])
                bundle = msgspec.convert(held.get("bundle", {}), dict[str, str])
                return bundle.get("version", "")
    return ""


@click.group()
def gate_update() -> None:
    """Updates of this gate's root."""


@gate_update.command("install")
@click.argument("bundle", type=click.Path(path_type=Path, dir_okay=False, exists=True))
def install_command(bundle: Path) -> None:
    """Verify an update BUNDLE and write it into the slot that does not run.

    For installing by hand. Not from 5:00 to 18:30 except on Sundays, and not before the clock was
    set. Refuses what is unsigned, signed by others, damaged, older than the running version, or
    already given up on this gate.
    """
    install(bundle, here())
    click.echo("installed; it is tried at the next quiet time")


@gate_update.command("tend")
def tend_command() -> None:
    """Keep a slot on trial that works, leave one that does not, start a due trial.

    The service gate-update runs it after each boot and every half hour. A slot on trial has four
    minutes until both services run.
    """
    click.echo(tend(here()))


@gate_update.command("go-back")
def go_back_command() -> None:
    """Leave a slot that is on trial; do nothing if none is."""
    at = here()
    if at.slots.running is not at.slots.committed():
        at.run(["systemctl", "reboot"])


@gate_update.command("backend", context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1)
def backend_command(words: tuple[str, ...]) -> None:
    """Answer RAUC's questions about the slots; RAUC calls this itself.

    WORDS are RAUC's: a question such as get-primary, and its arguments.
    """
    click.echo(here().slots.answer(list(words)))


def main() -> None:
    """Entry point: an error of ours is one line, not a traceback."""
    try:
        gate_update()
    except SchoolgateError as error:
        sys.exit(f"gate-update: {error}")
