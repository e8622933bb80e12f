"""One morning at the virtual gate: it boots, people show their cards, and all counts agree."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from gate_contract.card import CardKind
from gate_contract.signal_patterns import PATTERNS
from gate_contract.verdicts import CROSSINGS, Verdict
from server_bridge.cards.issuance import issue_cards
from tests.builders.issuer import Issuer
from tests.end_to_end.district_harness import SCHOOL, until
from tests.end_to_end.passing import card_codes
from tests.virtual_gate import ntp, pins, sandbox
from tests.virtual_gate.card import make_card
from tests.virtual_gate.machine import HOST_ADDRESS, Guest
from tests.virtual_gate.outcome import Outcome
from tests.virtual_gate.parts import Parts
from tests.virtual_gate.pictures import Show
from tests.virtual_gate.site import GATE, Site, make_data

DATA_MB = 128
WANTED = frozenset(
    {
        Verdict.ADMITTED_IN,
        Verdict.ADMITTED_OUT,
        Verdict.REPEAT,
        Verdict.EXPIRED,
        Verdict.BAD_SIGNATURE,
        Verdict.CHECK_IN_POSTER,
    }
)
POSTER = b"https://tokhaiyte.vn/?page=Group.checkin&groupId=7"
BUSY_S = 300.0
HELD_UP_MS = 1_000
FROZEN = "/run/virtual-gate-camera-frozen"
NO_HARDWARE_WATCHDOG = ("systemd.watchdog_sec=0",)
"""A busy machine may delay the guest for longer than the shipped 14 s.

`faults` has it on.
"""


def story(site: Site) -> list[bytes]:
    """Return what is shown: genuine, genuine again, expired, forged, a poster; in a loop."""
    today = datetime.now(site.home.zone).date()
    keys = site.home.keys
    (first, *_) = card_codes(site, 1)
    (old,) = issue_cards(
        1,
        kind=CardKind.PUPIL,
        unit_id=SCHOOL,
        not_before=today - timedelta(days=30),
        expires=today - timedelta(days=2),
        key_id=keys.card_key_id,
        key=keys.card_key(),
    )
    forged = Issuer(key_id=keys.card_key_id).code(7, expires=today + timedelta(days=30))
    return [first, first, old.text.encode(), forged, POSTER]


class Morning:
    """A booted gate, its district, and what was observed. Use `morning`."""

    def __init__(self, site: Site, gate: Guest) -> None:
        self.site, self.gate = site, gate

    def answered(self) -> list[Verdict]:
        """Return the verdicts so far, from gate-scan's journal."""
        journal = "journalctl -b -u gate-scan -o cat --no-pager"
        said = self.gate.run(f"{journal} | grep '\"answered\"' || true")
        return [
            Verdict(name) for line in said.splitlines() for name in json.loads(line)["verdicts"]
        ]

    def boot(self) -> Outcome:
        """Wait until the first frame was read."""
        gate = self.gate
        gate.until("""grep -q '"camera":"ok"' /run/schoolgate/scan.json""")
        ready_s = int(gate.run("systemctl show -P ActiveEnterTimestampMonotonic gate-scan")) / 1e6
        frame_s = float(gate.run("cat /run/schoolgate/virtual-gate-first-frame"))
        listed = gate.run("systemctl --failed --no-legend --plain").splitlines()
        failed = [line.split()[0] for line in listed]
        return Outcome(
            "boot",
            f"{ready_s:.1f} s from the kernel to a ready gate-scan, {frame_s:.1f} s to its first "
            f"frame, {len(failed)} units failed",
            [f"{name} failed" for name in failed],
        )

    def people(self) -> Outcome:
        """Wait until everything in the story has been answered.

        The district's server gives the time; without it an expired card would not be refused.
        """
        gate = self.gate
        until(lambda: set(self.answered()) >= WANTED, within_s=BUSY_S)
        told = json.loads(gate.run("cat /run/schoolgate/scan.json"))["health"]
        tally = Counter(self.answered())
        faults = [f"unexpected: {verdict}" for verdict in tally if verdict not in WANTED]
        if told["signals"] != "ok" or told["storage"] != "ok" or not told["clock_trusted"]:
            faults.append(f"health: {told}")
        return Outcome(
            "camera",
            f"{told['frames']} frames of libcamera's by picamera2, {told['decoder_mishaps']} given "
            f"up by the decoder, {tally.total()} codes answered: "
            + ", ".join(f"{verdict} {number}" for verdict, number in sorted(tally.items())),
            faults,
        )

    def sandboxes(self) -> Outcome:
        """Check inside each unit what it may and may not do."""
        faults, figures = [], []
        for service, may in (("gate-scan", sandbox.SCAN), ("gate-uplink", sandbox.UPLINK)):
            told = sandbox.tried(self.gate, service, self.site.port)
            faults += [f"{service}: {fault}" for fault in sandbox.wrong(told, may)]
            refused = sum(outcome != sandbox.DONE for outcome in told.values())
            figures.append(f"{service} tried {len(told)}, refused {refused}")
        scan = sandbox.cut_off(self.gate, "gate-scan", self.site.port)
        uplink = sandbox.cut_off(self.gate, "gate-uplink", self.site.port)
        if "unreachable" not in scan or uplink != sandbox.DONE:
            faults.append(f"root in the network of gate-scan: {scan}; of gate-uplink: {uplink}")
        return Outcome("sandbox", f"{'; '.join(figures)}; gate-scan's network: {scan}", faults)

    def accounts(self) -> Iterator[Outcome]:
        """Stop scanning; then compare pins, ledger and district."""
        gate, site = self.gate, self.site
        longest_ms = max(sum(step.ms for step in pattern) for pattern in PATTERNS.values())
        # No further frame, so that the last signal is played to its end.
        gate.run(f"touch {FROZEN}; sleep {2 * longest_ms / 1000}; systemctl stop gate-scan")
        verdicts = self.answered()
        yield self._pins(verdicts)
        proof = json.loads(
            gate.run("runuser -u gate-scan -- /opt/schoolgate/bin/gate ledger verify --json")
        )
        tally = Counter({Verdict(name): number for name, number in proof["scans"].items()})
        del tally[Verdict.CLOCK_SET]
        yield Outcome(
            "ledger",
            f"{proof['last']} records, every hash proven, {tally.total()} scans",
            []
            if tally == Counter(verdicts)
            else [f"answered {Counter(verdicts)}, recorded {tally}"],
        )
        status = "runuser -u gate-uplink -- /opt/schoolgate/bin/gate ledger verify --json"
        until(lambda: json.loads(gate.run(status))["receipted"] == proof["last"], within_s=BUSY_S)
        counts = site.counts()[SCHOOL]
        crossings = sum(tally[verdict] for verdict in CROSSINGS)
        agrees = counts["in"] + counts["out"] == crossings
        agrees &= site.command("ledger", "verify").returncode == 0
        yield Outcome(
            "receipts",
            f"{proof['last']} of {proof['last']} over mutual TLS; the district counts "
            f"{counts['in']} in, {counts['out']} out",
            [] if agrees else [f"the gate has {crossings} crossings, the district {counts}"],
        )

    def _pins(self, verdicts: Sequence[Verdict]) -> Outcome:
        told = pins.compare(pins.seen(self.gate.witness), verdicts)
        faults = [told.differs] if told.differs else []
        judged = ""
        if told.worst_ms > HELD_UP_MS or told.cut > told.whole:
            # Edges run into each other on a machine that holds the guest up for a second.
            faults, judged = [], "NOT JUDGED, this machine is too busy: "
        return Outcome(
            "pins",
            f"{judged}{len(self.gate.witness) - 1} edges: the signals of {len(verdicts)} verdicts, "
            f"{told.whole} whole, {told.cut} cut short by the next; no step more than "
            f"{told.worst_ms} ms off",
            faults,
        )


@contextmanager
def morning(parts: Parts) -> Iterator[Morning]:
    """Start the district and boot the gate; everything is killed at the end."""
    site = Site(parts.folder / "site")
    data = make_data(
        parts.folder / "data.img",
        size_mb=DATA_MB,
        gate=site.configs[GATE].parent,
        shows={"morning": Show(story(site), fps=site.fps)},
    )
    card = make_card(parts.folder / "card.img", data).path
    with site:
        site.start("broker")
        site.start("bridge")
        site.await_bridge()
        guest = Guest(parts.kernel, parts.root, card, parts.folder, arguments=NO_HARDWARE_WATCHDOG)
        with ntp.serving(HOST_ADDRESS), guest as gate:
            yield Morning(site, gate)
