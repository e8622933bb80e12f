"""Updates by orders: the gate downloads, tries, keeps what works, and leaves what does not scan."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from device.updating.install_rules import TRIES
from device.updating.slot_service import PATIENCE_S
from firmware_config.image.bundle import CERT, make_key
from tests.end_to_end.district_harness import until
from tests.fakes.broker import free_port
from tests.virtual_gate import ntp
from tests.virtual_gate.bundles import Versions
from tests.virtual_gate.machine import HOST_ADDRESS, Guest
from tests.virtual_gate.morning import BUSY_S
from tests.virtual_gate.outcome import Outcome
from tests.virtual_gate.parts import Parts
from tests.virtual_gate.pi import Pi, make_pi
from tests.virtual_gate.site import GATE, Site

DATA_MB = 1536
"""Room for an update beside what stays free for the ledger."""
WRITTEN_S, GONE_BACK_S = 900.0, PATIENCE_S + 2 * BUSY_S
BROKEN = (b"virtual_camera.py scan --config", b"virtual_camera.py scan --confid")
"""A command line of gate-scan with an unknown option."""
FETCHED, KEY = "/data/updates/fetched", "/etc/schoolgate/system/update-ca.pem"
CUT_BYTES = 20_000_000
AT_ANY_TIME = ("--from", "00:00", "--until", "23:59")


@dataclass(frozen=True, slots=True)
class Office:
    """The district, which serves updates with its enrolment server."""

    site: Site
    keys: Path

    def orders(self, version: bytes, bundle: Path) -> None:
        """Run `gate-bridge gate update`."""
        told = ("--version", version.decode(), "--file", str(bundle), *AT_ANY_TIME)
        signed = ("--update-ca", str(self.keys / CERT))
        self.does("gate", "update", *told, *signed, "--auto", "--well-hours", "0")

    def knows(self) -> dict[str, Any]:
        """Return the progress of the update, as reported by gates."""
        told: dict[str, Any] = json.loads(self.does("gate", "rollout", "show", "--json"))
        return told

    def does(self, *words: str) -> str:
        """Run a command that must not fail."""
        done = self.site.command(*words, within_s=BUSY_S)
        assert not done.returncode, done.stderr
        return done.stdout


def ordered(parts: Parts) -> Iterator[Outcome]:
    """Order a version whose gate-scan does not start, and then a good one."""
    folder = parts.folder / "ordered"
    site = Site(folder / "site", settings=f"[enrol]\nport = {free_port()}\n")
    office = Office(site, folder / "keys")
    make_key(office.keys, "Huyện thử")
    versions = Versions(parts.root, folder, office.keys)
    pi = make_pi(parts, folder, site, versions.root, data_mb=DATA_MB)
    broken, good = versions.later(1), versions.later(2)
    ntp.shift_s = 0.0
    with site, ntp.serving(HOST_ADDRESS):
        site.start("broker")
        site.start("bridge")
        site.await_bridge()
        office.does("gate", "set", GATE, "--direction", "auto")
        office.orders(broken, versions.bundle("broken", broken, BROKEN))
        yield _cut_while_fetched(pi, office)
        with pi.boot() as gate:
            yield _fetched(pi, gate, begun=True)
            yield _tried(pi, gate, "it boots, and its gate-scan does not start")
        yield _gone_back(pi, broken)
        with pi.boot() as gate:
            yield _given_up(pi, gate, office, versions.installed)
            office.orders(good, versions.bundle("good", good))
            yield _fetched(pi, gate)
            yield _tried(pi, gate, "a good one")
        yield _kept(pi, office, good)


def _cut_while_fetched(pi: Pi, office: Office) -> Outcome:
    """Cut the power during the download; the update certificate comes with the orders."""
    with pi.boot() as gate:
        faults = pi.whole(gate)
        if not gate.ask(f"test -e {KEY}")[0]:
            faults.append("it had a key of updates from the beginning")
        gate.until(f"systemctl start gate-update && test -e {KEY}", within_s=BUSY_S)
        if gate.run(f"cat {KEY}").strip() != (office.keys / CERT).read_text("ascii").strip():
            faults.append("the key of updates is another one")
        gate.run("systemctl start --no-block gate-update")
        gate.until(f"test $(cat {FETCHED}/*.part | wc -c) -gt {CUT_BYTES}", within_s=BUSY_S)
    figures = "the key of updates came with the orders; cut while the update was fetched"
    return Outcome("ordered", figures, faults)


def _fetched(pi: Pi, gate: Guest, *, begun: bool = False) -> Outcome:
    """Check the download by the unit that `gate-update.service` wants.

    What had come before a power cut is not downloaded again.
    """
    faults = pi.whole(gate)
    before = int(gate.run(f"cat {FETCHED}/*.part 2>/dev/null | wc -c"))
    gate.until(f"systemctl start gate-fetch && ls {FETCHED}/*.raucb", within_s=WRITTEN_S)
    size = int(gate.run(f"cat {FETCHED}/* | wc -c"))
    if not before < size or bool(before) is not begun:
        faults.append(f"{before} of {size} bytes were there before")
    figures = f"{size >> 20} MiB from the district; {before >> 20} MiB were there"
    return Outcome("fetched", figures, faults)


def _tried(pi: Pi, gate: Guest, what: str) -> Outcome:
    """Check that `gate-update.service` installs the download, and requests a trial at once."""
    gate.send("systemctl start gate-update")
    pi.await_reboot(gate, within_s=WRITTEN_S)
    faults = [] if pi.trying else [f"it did not ask for a try: {gate.console()[-300:]}"]
    return Outcome("installed", f"{what}: written by RAUC, the reboot asked for a try", faults)


def _gone_back(pi: Pi, broken: bytes) -> Outcome:
    """Check each trial, and the way back, by the gate's own timer."""
    faults = []
    pi.timer = True
    for number in range(TRIES):
        with pi.boot() as gate:
            faults += pi.runs(gate, broken)
            gate.until("journalctl -b -u gate-scan | grep 'No such option'", within_s=BUSY_S)
            pi.await_reboot(gate, within_s=GONE_BACK_S)
        if pi.trying:
            faults.append("it asked for a try of what does not run")
        if number + 1 < TRIES:
            with pi.boot() as gate:
                pi.await_reboot(gate)
            if not pi.trying:
                faults.append(f"it asked for no other try: {gate.console()[-300:]}")
    figures = f"{TRIES} tries of {PATIENCE_S // 60} minutes, each left by the gate itself"
    return Outcome("gone back", figures, faults)


def _given_up(pi: Pi, gate: Guest, office: Office, installed: bytes) -> Outcome:
    """Check that the district is informed, and offers that version to no other gate."""
    faults = pi.whole(gate) + pi.runs(gate, installed)
    until(lambda: office.knows()["state"] != "running", within_s=BUSY_S)
    told = office.knows()
    if (told["state"], told["gate_id"], told["fault"]) != ("stopped", GATE, "given_up"):
        faults.append(f"{told}")
    figures = f"what ran before runs, with its {pi.acknowledged} records; the roll-out is stopped"
    return Outcome("given up", f"{figures} ({told['fault']})", faults)


def _kept(pi: Pi, office: Office, good: bytes) -> Outcome:
    with pi.boot() as gate:
        faults = pi.whole(gate) + pi.runs(gate, good)
        until(lambda: office.knows()["state"] != "running", within_s=BUSY_S)
    told = office.knows()
    if (told["state"], told["runs"]) != ("done", [GATE]):
        faults.append(f"{told}")
    with pi.boot() as gate:
        faults += pi.whole(gate) + pi.runs(gate, good)
    figures = f"{good.decode()}, of which the district knows, with its {pi.acknowledged} records"
    return Outcome("kept", figures, faults)
