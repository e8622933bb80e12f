"""A gate with two slots, and what the firmware of a Pi does for it.

The firmware reads `autoboot.txt` on the card, and whether a trial was requested from the kernel's
own last message on the console. The kernel of a slot is simulated: User Mode Linux is outside of
the card, and the boot partitions hold a name only.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from device.updating.boot_choice import boots
from device.updating.boot_slot import BootSlot
from firmware_config.image.disk import MIB
from tests.virtual_gate import ntp
from tests.virtual_gate.card import Card, make_card
from tests.virtual_gate.machine import NO_SLOTS, Guest, GuestError
from tests.virtual_gate.morning import BUSY_S, NO_HARDWARE_WATCHDOG, story
from tests.virtual_gate.parts import Parts
from tests.virtual_gate.pictures import Show
from tests.virtual_gate.site import GATE, Site, make_data

DATA_MB = 128
BOOT_MIB = 2
TRY = "reboot: Restarting system with command '0 tryboot'"
UPDATES = "/run/bundles"
VERIFY = "runuser -u gate-scan -- /opt/schoolgate/bin/gate ledger verify --json"


@dataclass
class Pi:
    """A gate with two slots. Its firmware is `boot`."""

    parts: Parts
    card: Card
    bundles: Path | None = None
    """An inserted disk with updates."""
    timer: bool = False
    """Whether the gate checks its slots by itself."""
    trying: bool = False
    acknowledged: int = 0
    """The last record that the ledger acknowledged."""

    def slot(self) -> BootSlot:
        """Return the slot that the firmware boots next."""
        number = boots(self.card.read("GATE", "autoboot.txt"), trying=self.trying)
        return next(slot for slot in BootSlot if slot.boot_partition == number)

    def boot(self) -> Guest:
        """Boot; a trial lasts for one boot."""
        of, slot = self.parts, self.slot()
        self.trying = False
        return Guest(
            of.kernel,
            of.root,
            self.card.path,
            of.folder,
            disks=[self.bundles] if self.bundles else [],
            arguments=[*NO_HARDWARE_WATCHDOG, *([] if self.timer else NO_SLOTS)],
            slot=slot.root_partition,
        )

    def await_reboot(self, gate: Guest, *, within_s: float = BUSY_S) -> None:
        """Wait until the guest has ended; return the kernel's last message."""
        gate.await_end(within_s=within_s)
        self.trying = TRY in gate.console()

    def dies(self) -> list[str]:
        """Boot a slot that cannot start; the kernel panics, and the Pi restarts."""
        guest = self.boot()
        try:
            guest.start()
        except GuestError:
            return [] if "VFS: Unable to mount root" in guest.console() else [guest.console()]
        finally:
            guest.cut_power()
        return ["what cannot start has started"]

    def whole(self, gate: Guest) -> list[str]:
        """Return what is wrong after a boot: services, or missing acknowledged records."""
        gate.until("systemctl is-active -q gate-scan gate-uplink", within_s=BUSY_S)
        gate.until(f"test -e /run/schoolgate/scan.json && {VERIFY}", within_s=BUSY_S)
        last = json.loads(gate.run(VERIFY))["last"]
        if self.bundles:
            gate.run(f"mkdir -p {UPDATES} && mount -o ro /dev/ubdc {UPDATES}")
        if last < self.acknowledged:
            return [f"{self.acknowledged} records were acknowledged, {last} are there"]
        self.acknowledged = last
        return []

    def runs(self, gate: Guest, version: bytes) -> list[str]:
        """Return what is wrong if that is not the running version."""
        runs = gate.run(". /usr/lib/os-release; echo $IMAGE_VERSION").strip()
        return [] if runs == version.decode() else [f"{runs} runs instead of {version.decode()}"]


def make_pi(
    parts: Parts,
    folder: Path,
    site: Site,
    root: Path,
    *,
    data_mb: int = DATA_MB,
    system: Mapping[str, bytes] | None = None,
) -> Pi:
    """Make a gate of this district in service, with `root` in slot A and an empty slot B."""
    data = make_data(
        folder / "data",
        size_mb=data_mb,
        gate=site.configs[GATE].parent,
        shows={"people": Show(story(site)[:1], fps=site.fps)},
        system=system,
    )
    root_mib = -(-root.stat().st_size // MIB) + 1
    sizes = {"boot": BOOT_MIB, "root": root_mib}
    return Pi(parts, make_card(folder / "card.img", data, {"root-a": root}, sizes))


def at(gate: Guest, when: str) -> None:
    """Set the time at the district, and at the gate."""
    ntp.shift_s = datetime.fromisoformat(when).timestamp() - time.time()
    gate.run("systemctl restart systemd-timesyncd")
    gate.until(f"test $(date +%Y%m%d%H) = {when[:13].translate(str.maketrans('', '', '-T'))}")
    gate.until("test -e /run/systemd/timesync/synchronized")
