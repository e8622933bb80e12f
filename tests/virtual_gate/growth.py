"""The first boot on a card that is larger than its image: the data partition grows, udev reads the
table again and takes the partition's name away meanwhile, and the gate scans all the same."""

import base64
import shutil
from collections.abc import Iterator
from pathlib import Path

from firmware_config.image.disk import MIB
from tests.virtual_gate.card import make_card
from tests.virtual_gate.machine import Guest
from tests.virtual_gate.morning import BUSY_S, NO_HARDWARE_WATCHDOG, story
from tests.virtual_gate.outcome import Outcome
from tests.virtual_gate.parts import Parts
from tests.virtual_gate.pictures import Show
from tests.virtual_gate.site import GATE, Site, make_data

DATA_MIB, MORE_MIB = 64, 64
BOOTS, SHORT = 8, 2
CONTROL_BOOTS = 12
"""At the most, until one goes wrong; two of three did where this was first seen."""
GROWS = "/usr/lib/schoolgate/grow-data"
HASTY = f"[Service]\nExecStart=\nExecStart=/bin/sh -c \"sed '/udevadm settle/d' {GROWS} | sh\"\n"
"""`grow-data` as it was: it does not wait for udev."""
GOES_WRONG = "systemctl --failed --no-legend --plain | grep -q gate"


class FirstBoots:
    """Each on a fresh copy of the same card."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._folder = parts.folder / "growth"
        site = Site(self._folder / "site")
        data = make_data(
            self._folder / "data",
            size_mb=DATA_MIB,
            gate=site.configs[GATE].parent,
            shows={"people": Show(story(site)[:1], fps=site.fps)},
        )
        self._fresh = make_card(self._folder / "fresh.img", data).path

    def boot(self, *arguments: str) -> Guest:
        """Switched on with a larger card than the image was made for."""
        card = Path(shutil.copyfile(self._fresh, self._folder / "card.img"))
        with card.open("r+b") as file:
            file.truncate(card.stat().st_size + MORE_MIB * MIB)
        of = self._parts
        more = (*NO_HARDWARE_WATCHDOG, *arguments)
        return Guest(of.kernel, of.root, card, of.folder, network=False, arguments=more)


def growth(parts: Parts, *, short: bool) -> Iterator[Outcome]:
    """What ships; then the control, where the gate's next look at its slots has to help."""
    card = FirstBoots(parts)
    faults: list[str] = []
    boots = SHORT if short else BOOTS
    for _ in range(boots):
        with card.boot() as gate:
            faults += _stands(gate) or _grown(gate)
    figures = f"{boots} first boots on a card {MORE_MIB} MiB larger, the data partition all of it"
    yield Outcome("grown", f"{figures}; each scans", faults)
    if not short:
        yield _helped(card)


def _stands(gate: Guest) -> list[str]:
    """Empty once gate-scan runs; else what has failed before it."""
    gate.until(f"systemctl is-active -q gate-scan || {GOES_WRONG}", within_s=BUSY_S)
    code, _ = gate.ask(GOES_WRONG)
    return [] if code else [gate.run("systemctl --failed --no-legend --plain")]


def _grown(gate: Guest) -> list[str]:
    size = int(gate.run("df --output=size -m /data | tail -1"))
    return [] if size > DATA_MIB + MORE_MIB // 2 else [f"/data has {size} MiB"]


def _helped(card: FirstBoots) -> Outcome:
    text = base64.b64encode(HASTY.encode()).decode()
    planted = f"systemd.set_credential_binary=systemd.unit-dropin.gate-grow.service:{text}"
    for number in range(1, CONTROL_BOOTS + 1):
        with card.boot(planted) as gate:
            if not _stands(gate):
                continue
            gate.run("systemctl start --no-block gate-update")
            gate.until("systemctl is-active -q gate-scan", within_s=BUSY_S)
        figures = f"not waiting for udev: boot {number} left it standing, until gate-update began"
        return Outcome("control", figures)
    figures = f"not waiting for udev: {CONTROL_BOOTS} boots"
    return Outcome("control", figures, ["none went wrong: this proves nothing"])
