"""RAUC's boot loader backend for a Pi, which uses the boot choice and a state file.

RAUC verifies a bundle and writes it into the slot that does not run. A slot becomes the one that
boots in two steps: `set-primary` makes it pending, and only a successful boot (`set-state good`,
called by the slot while it runs) writes the boot choice. In between the firmware tries it, once
each time.
"""

from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from device.updating import boot_choice, state_file
from device.updating.boot_slot import BootSlot
from device.updating.install_rules import TRIES
from gate_contract.errors import SchoolgateError

PROC = Path("/proc/self/mountinfo")
SYSTEM = Path("/sys/dev/block")


@dataclass(frozen=True, slots=True)
class Backend:
    """The slots of a gate. `gate` is the partition of the boot choice, `kept` the state file."""

    gate: Path
    kept: Path
    running: BootSlot

    def committed(self) -> BootSlot:
        """Return the slot that the firmware boots."""
        return boot_choice.committed(self.gate)

    def primary(self) -> BootSlot:
        """Return the slot that will run after the next successful reboot."""
        return state_file.recall(self.kept).pending or self.committed()

    def set_primary(self, slot: BootSlot) -> None:
        """Make `slot` pending; the firmware's files are not changed."""
        state = state_file.recall(self.kept)
        pending = None if slot is self.committed() else slot
        tries = TRIES if pending else 0
        state_file.keep(
            self.kept, replace(state, pending=pending, tries_left=tries, bad=state.bad - {slot})
        )

    def good(self, slot: BootSlot) -> bool:
        """Whether the slot was written completely, and not given up."""
        return slot not in state_file.recall(self.kept).bad

    def set_good(self, slot: BootSlot) -> None:
        """Record that the slot is complete; if it is the running one, keep it."""
        state = state_file.recall(self.kept)
        if slot is self.running and slot is not self.committed():
            boot_choice.commit(self.gate, slot)
            state = replace(state, pending=None, tries_left=0)
        state_file.keep(self.kept, replace(state, bad=state.bad - {slot}))

    def set_bad(self, slot: BootSlot) -> None:
        """Record that the slot is about to be written to, or has failed."""
        state = state_file.recall(self.kept)
        if state.pending is slot:
            state = replace(state, pending=None, tries_left=0)
        state_file.keep(self.kept, replace(state, bad=state.bad | {slot}))

    def answer(self, words: list[str]) -> str:
        """Return what to print for one of RAUC's questions."""
        match words:
            case ["get-primary"]:
                return self.primary()
            case ["get-current"]:
                return self.running
            case ["get-state", slot]:
                return "good" if self.good(BootSlot(slot)) else "bad"
            case ["set-primary", slot]:
                self.set_primary(BootSlot(slot))
            case ["set-state", slot, "good"]:
                self.set_good(BootSlot(slot))
            case ["set-state", slot, "bad"]:
                self.set_bad(BootSlot(slot))
            case _:
                raise SchoolgateError(f"RAUC asked {words}, which is not supported")
        return ""


def running_slot(mountinfo: str, system: Path = SYSTEM) -> BootSlot:
    """Return the slot whose root is mounted at /, from `/proc/self/mountinfo`."""
    for line in mountinfo.splitlines():
        fields = line.split()
        if fields[4] == "/":
            try:
                number = int((system / fields[2] / "partition").read_text())
            except OSError:
                break
            for slot in BootSlot:
                if slot.root_partition == number:
                    return slot
    raise SchoolgateError("the root is not in a slot; only a gate's own SD card can be updated")
