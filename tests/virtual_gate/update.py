"""Two slots on a card: a signed update is written, tried, and kept or reverted."""

from collections.abc import Iterator
from contextlib import contextmanager

from device.updating.install_rules import TRIES
from firmware_config.image.bundle import CERT, make_key
from tests.virtual_gate import ntp
from tests.virtual_gate.bundles import Versions, spoil
from tests.virtual_gate.machine import HOST_ADDRESS, Guest
from tests.virtual_gate.morning import BUSY_S
from tests.virtual_gate.outcome import Outcome
from tests.virtual_gate.parts import Parts
from tests.virtual_gate.pi import UPDATES, Pi, at, make_pi
from tests.virtual_gate.site import Site

CUTS = (0.02, 0.35, 0.7, 0.97)
"""Cuts during the write of a slot."""
NIGHT, MORNING = "2027-03-03T22:00:00+07:00", "2027-03-03T09:00:00+07:00"
"""A Wednesday."""


def install(gate: Guest, name: str) -> tuple[int, str]:
    """Run `gate-update install` with a bundle."""
    command = f"/opt/schoolgate/bin/gate-update install {UPDATES}/{name}.raucb"
    return gate.ask(command, within_s=BUSY_S)


def tick(gate: Guest) -> None:
    """Do what the timer does every half hour; the gate may reboot afterwards."""
    at(gate, NIGHT)
    gate.send("systemctl start gate-update")


@contextmanager
def workshop(parts: Parts) -> Iterator[tuple[Pi, Versions]]:
    """Make a district with an update key, a gate in service, and good and bad bundles."""
    folder = parts.folder / "update"
    site = Site(folder / "site")
    keys, others = folder / "keys", folder / "others"
    make_key(keys, "Huyện thử")
    make_key(others, "Huyện khác")
    versions = Versions(parts.root, folder, keys)
    next_one = versions.later(1)
    versions.small("older", versions.later(-1))
    versions.small("foreign", next_one, others)
    spoil(versions.small("dead", next_one))
    trusted = {"update-ca.pem": (keys / CERT).read_bytes()}
    pi = make_pi(parts, folder, site, versions.root, system=trusted)
    pi.bundles = versions.disk()
    with site:
        site.start("broker")
        site.start("bridge")
        site.await_bridge()
        yield pi, versions


REFUSED = {
    "unsigned": "",
    "torn": "",
    "altered": "",
    "foreign": "",
    "older": "refused (old)",
}
"""Bundles, and the messages of `gate-update`; RAUC has its own."""


def update(parts: Parts) -> Iterator[Outcome]:
    """Check refusals, power cuts while a slot is written, a trial, and a version that is kept."""
    with workshop(parts) as (pi, versions):
        yield from _before_the_clock(pi)
        with ntp.serving(HOST_ADDRESS):
            yield from _refused(pi)
            yield from _given_up(pi, versions)
            versions.bundle("good", versions.later(2))
            pi.bundles = versions.disk()
            yield from _cut_while_written(pi, versions)
            yield from _tried_and_kept(pi, versions)


def _before_the_clock(pi: Pi) -> Iterator[Outcome]:
    with pi.boot() as gate:
        faults = pi.whole(gate)
        code, said = install(gate, "dead")
    if not code or "refused (clock)" not in said:
        faults.append(said)
    yield Outcome("refused", "before the clock was set", faults)


def _refused(pi: Pi) -> Iterator[Outcome]:
    with pi.boot() as gate:
        faults = pi.whole(gate)
        at(gate, MORNING)
        code, said = install(gate, "dead")
        if not code or "refused (school_hours)" not in said:
            faults.append(said)
        yield Outcome("refused", "in school hours", faults)
        at(gate, NIGHT)
        for name, words in REFUSED.items():
            code, said = install(gate, name)
            written = _written(gate)
            bad = [] if code and words in said and not written else [f"{written} written: {said}"]
            yield Outcome("refused", f"{name}, and nothing written", bad)


def _written(gate: Guest) -> int:
    """Return the bytes written to the slots since the boot."""
    told = gate.run("cat /sys/class/block/ubdb5/stat /sys/class/block/ubdb6/stat").splitlines()
    return sum(int(line.split()[6]) for line in told) * 512


def _given_up(pi: Pi, versions: Versions) -> Iterator[Outcome]:
    """Check a version that does not boot: two trials, each reverted, and no third."""
    faults: list[str] = []
    with pi.boot() as gate:
        faults += pi.whole(gate)
        at(gate, NIGHT)
        code, said = install(gate, "dead")
        faults += [said] if code else []
        tick(gate)
        pi.await_reboot(gate)
    for number in range(TRIES):
        if not pi.trying:
            faults.append("it did not ask the firmware for a try")
        faults += pi.dies()
        with pi.boot() as gate:
            faults += pi.whole(gate) + pi.runs(gate, versions.installed)
            if number + 1 < TRIES:
                tick(gate)
                pi.await_reboot(gate)
                continue
            at(gate, NIGHT)
            gate.run("systemctl start gate-update", within_s=BUSY_S)
            code, said = install(gate, "dead")
            if "refused (given_up)" not in said:
                faults.append(said)
    yield Outcome("given up", f"no root in slot B: {TRIES} tries, each time back in A", faults)


def _cut_while_written(pi: Pi, versions: Versions) -> Iterator[Outcome]:
    """Cut at points of the write, and after it: each time slot A runs, and B is not tried."""
    faults: list[str] = []
    command = f"/opt/schoolgate/bin/gate-update install {UPDATES}/good.raucb"
    for part in CUTS:
        with pi.boot() as gate:
            faults += pi.whole(gate) + pi.runs(gate, versions.installed)
            at(gate, NIGHT)
            gate.run(f"{command} > /run/install.log 2>&1 &")
            sectors = round(part * versions.root.stat().st_size / 512)
            gate.until(
                "set -- $(cat /sys/class/block/ubdb6/stat); "
                f"test $7 -ge {sectors} || grep -q gate-update: /run/install.log",
                within_s=BUSY_S,
            )
            if not gate.ask("grep . /run/install.log")[0]:
                faults.append(gate.run("cat /run/install.log"))
    with pi.boot() as gate:
        faults += pi.whole(gate) + pi.runs(gate, versions.installed)
    yield Outcome(
        "power cut",
        f"{len(CUTS)} while the slot was written (at {', '.join(f'{part:.0%}' for part in CUTS)}): "
        f"each time the whole slot ran, and {pi.acknowledged} records were there, proven",
        faults,
    )


def _tried_and_kept(pi: Pi, versions: Versions) -> Iterator[Outcome]:
    later = versions.later(2)
    with pi.boot() as gate:
        faults = pi.whole(gate)
        at(gate, NIGHT)
        code, said = install(gate, "good")
        yield Outcome(
            "installed", f"{_written(gate) >> 20} MiB by RAUC", [said] if code else faults
        )
    with pi.boot() as gate:  # cut between set-primary and the try
        faults = pi.whole(gate) + pi.runs(gate, versions.installed)
        tick(gate)
        pi.await_reboot(gate)
    if not pi.trying:
        faults.append(f"it did not ask the firmware for a try: {gate.console()[-300:]}")
    with pi.boot() as gate:
        faults += pi.whole(gate) + pi.runs(gate, later)
        yield Outcome("tried", f"slot B, {later.decode()}: the reboot asked for a try", faults)
    with pi.boot() as gate:  # cut in the midst of the trial
        faults = pi.whole(gate) + pi.runs(gate, versions.installed)
        tick(gate)
        pi.await_reboot(gate)
    yield Outcome("power cut", "during the trial: back in slot A, and tried once more", faults)
    with pi.boot() as gate:
        faults = pi.whole(gate) + pi.runs(gate, later)
        gate.run("systemctl start gate-update", within_s=BUSY_S)
    with pi.boot() as gate:  # cut as soon as it was kept
        faults += pi.whole(gate) + pi.runs(gate, later)
    yield Outcome("kept", f"{later.decode()} boots from now on; the ledger is the same", faults)
