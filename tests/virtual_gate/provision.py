"""A card with only the image becomes a gate: by a file, and by a code before the camera."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from firmware_config.provision import Prepared, files
from gate_contract.notices import NOTICE_PATTERNS, REFUSALS, SetupNotice
from gate_contract.signal_patterns import Light
from gate_contract.verdicts import Verdict
from tests.end_to_end.district_harness import SCHOOL, until
from tests.end_to_end.passing import card_codes
from tests.fakes.broker import free_port
from tests.virtual_gate import notices, ntp, pins, tickets
from tests.virtual_gate.card import Card, make_card
from tests.virtual_gate.machine import HOST_ADDRESS, Guest, GuestError
from tests.virtual_gate.morning import BUSY_S, NO_HARDWARE_WATCHDOG
from tests.virtual_gate.outcome import Outcome
from tests.virtual_gate.parts import Parts
from tests.virtual_gate.pictures import Papers, Show, Shown
from tests.virtual_gate.site import Site, hold_up, make_data
from tests.virtual_gate.tickets import Bad, Made

DATA_MB = 128
BY_FILE, BY_CODE = "vg-virtual-01", "vg-virtual-02"
NEW_GATE = "gate-enrol gate-scan"
ENROLMENTS = "journalctl -b -u gate-enrol -o cat --no-pager | grep '\"enrolment\"'"
KEY = "/etc/schoolgate/tls/key.pem"
CLOCK = "systemctl show -p Job -p ActiveEnterTimestampMonotonic systemd-timesyncd"
"""Its expected settings, and when it was last started."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A district with a running enrolment server, and a technician with new SD cards."""

    parts: Parts
    site: Site
    district: bytes

    def card(self, name: str, shows: dict[str, Shown]) -> Card:
        """Flash a card for this district: `hardware.toml` says how this camera differs."""
        data = make_data(self.parts.folder / f"{name}.data", size_mb=DATA_MB, shows=shows)
        card = make_card(self.parts.folder / f"{name}.img", data)
        hardware = f"[camera]\nfps = {float(self.site.fps)}\n"
        card.put(files(Prepared(district=self.district, hardware=hardware)))
        return card

    def boot(self, card: Card) -> Guest:
        """Boot it."""
        of = self.parts
        return Guest(of.kernel, of.root, card.path, of.folder, arguments=NO_HARDWARE_WATCHDOG)


@contextmanager
def bench(parts: Parts) -> Iterator[Bench]:
    """Run broker and bridge with the enrolment server; they end with it."""
    settings = f"[enrol]\nport = {free_port()}\n"
    site = Site(parts.folder / "provision", gate_ids=(), settings=settings)
    with site, ntp.serving(HOST_ADDRESS):
        site.start("broker")
        site.start("bridge")
        site.await_bridge()
        yield Bench(parts, site, tickets.district_of(site))


def provision(parts: Parts) -> Iterator[Outcome]:
    """Try an empty card, bad tickets, a good one; by file, then by code."""
    with bench(parts) as at:
        bad = tickets.bad_ones(at.site)
        yield from _by_file(at, bad)
        yield from _by_code(at, bad)


def _by_file(at: Bench, bad: Mapping[str, Bad]) -> Iterator[Outcome]:
    people = Show(card_codes(at.site, 1), fps=at.site.fps)
    card = at.card("file", {"nobody": Papers(()), "people": people})
    with at.boot(card) as gate:
        yield _waiting(gate)
    for name, ticket in bad.items():
        card.put(ticket.on_card())
        with at.boot(card) as gate:
            yield _refused(gate, f"{name}, by file", ticket.notice)
        for file in ticket.on_card():
            card.take_away(file)
    made = tickets.add(at.site, BY_FILE)
    card.put(made.on_card(at.district))
    with at.boot(card) as gate:
        yield _enrolled(at, gate, made, "by file")
        yield _self_tested(gate)
        yield from _in_service(at, gate, made)
        yield _told_once(gate)
        gate.power_off()
    left = card.listed() - {"README.txt"}
    wanted = {"district.pub", "hardware.toml", f"{made.gate_id}.ticket"}
    yield Outcome(
        "the PIN",
        f"deleted from the card once it was used; left there: {', '.join(sorted(left))}",
        [] if left == wanted else [f"on the card: {sorted(left)}"],
    )


def _by_code(at: Bench, bad: Mapping[str, Bad]) -> Iterator[Outcome]:
    made = tickets.add(at.site, BY_CODE)
    fps = at.site.fps
    shows: dict[str, Shown] = {"nobody": Papers((), fps=fps)}
    shows |= {str(ticket.notice): Papers(ticket.codes, fps=fps) for ticket in bad.values()}
    shows |= {"ticket": Papers(made.codes, fps=fps)}
    shows |= {"people": Show(card_codes(at.site, 1), fps=fps)}
    with at.boot(at.card("code", shows)) as gate:
        yield _waiting(gate)
        for name, ticket in bad.items():
            gate.run(f"{hold_up(str(ticket.notice))} && systemctl restart {NEW_GATE}")
            yield _refused(gate, f"{name}, by code", ticket.notice)
        gate.run(f"{hold_up('ticket')} && systemctl restart {NEW_GATE}")
        yield _enrolled(at, gate, made, "by code")
        yield from _in_service(at, gate, made)


def _waiting(gate: Guest) -> Outcome:
    """Check the blink of a gate without identity."""
    gate.until("systemctl is-active -q gate-enrol gate-scan")
    _await(gate, SetupNotice.WAITING, 3)
    told = notices.said(pins.seen(gate.witness))
    failed = gate.run("systemctl --failed --no-legend --plain").splitlines()
    faults = [f"{line.split()[0]} failed" for line in failed]
    if not gate.ask("journalctl -b -u gate-scan | grep 'camera failed'")[0]:
        faults.append("its camera does not start")
    faults += [f"it said {other}" for other in set(told) - {SetupNotice.WAITING}]
    return Outcome("empty card", f"boots, waits, and says so: {len(told)} blinks, no other", faults)


def _refused(gate: Guest, name: str, notice: SetupNotice) -> Outcome:
    """Check that the refusal is signalled twice, and no other refusal as often.

    A busy machine may tear one signal, but not twice at the same place.
    """
    before = len(gate.witness)
    _await(gate, notice, 2, since=before)
    told = notices.said(pins.seen(gate.witness[before:]))
    others = [one for one in REFUSALS.values() if one is not notice and told.count(one) > 1]
    faults = [f"it said {other}, too" for other in others]
    if not gate.ask("test -e /etc/schoolgate/gate.toml")[0]:
        faults.append("it has its identity nonetheless")
    red = sum(step.light is Light.RED for step in NOTICE_PATTERNS[notice])
    return Outcome("refused", f"{name}: long white, {red} red, on the pins", faults)


def _enrolled(at: Bench, gate: Guest, made: Made, name: str) -> Outcome:
    """Check that it has its certificate, for a key that the district has never seen."""
    gate.until("test -e /etc/schoolgate/gate.toml", within_s=BUSY_S)
    told = json.loads(gate.until(f"{ENROLMENTS} | tail -n 1"))
    faults = [] if told["notice"] == SetupNotice.ENROLLED else [f"{told}"]
    if told["detail"] != made.gate_id:
        faults.append(f"it is {told['detail']}, and not {made.gate_id}")
    _await(gate, SetupNotice.ENROLLED, 1)
    key = gate.run(f"cat {KEY}").split("-----")[2].split()[0].encode()
    if any(key in path.read_bytes() for path in at.site.folder.rglob("*") if path.is_file()):
        faults.append("its private key is at the district")
    return Outcome(
        name,
        f"{made.gate_id} enrolled with its one-time token, its key made on the gate; "
        "three greens on the pins",
        faults,
    )


def _self_tested(gate: Guest) -> Outcome:
    """Check the results of the gate's self-test by its own light, once it is in service."""
    _await(gate, SetupNotice.ALL_WELL, 1)
    return Outcome("self-test", "all is well, by the gate's own light and sound")


def _in_service(at: Bench, gate: Guest, made: Made) -> Iterator[Outcome]:
    """Check that the first card is scanned, and that the district gets the record."""
    before = sum(at.site.counts()[SCHOOL][way] for way in ("in", "out"))
    gate.run(f"{hold_up('people')} && systemctl restart gate-scan")
    proved = "/opt/schoolgate/bin/gate ledger verify --json"
    as_scan = f"runuser -u gate-scan -- {proved}"
    admitted = str(Verdict.ADMITTED_IN)
    gate.until(f"{as_scan} | grep -q '\"{admitted}\"'", within_s=BUSY_S)

    def known() -> bool:
        counts = at.site.counts()[SCHOOL]
        return bool(counts["in"] + counts["out"] > before)

    until(known, within_s=BUSY_S)
    gate.until(
        f"runuser -u gate-uplink -- {proved} | grep -qv '\"receipted\": *0[,}}]'", within_s=BUSY_S
    )
    told = json.loads(gate.run(f"runuser -u gate-uplink -- {proved}"))
    yield Outcome(
        "in service",
        f"{made.gate_id} let a first card in; {told['receipted']} of {told['last']} records "
        "receipted over mutual TLS, and the district counts them",
        [] if told["receipted"] else ["nothing was receipted"],
    )


def _told_once(gate: Guest) -> Outcome:
    """Check that the time service restarts for another server only."""

    def restarted() -> bool:
        before = gate.run(CLOCK)
        gate.run("systemctl start gate-network")
        return gate.run(CLOCK) != before

    faults = ["started anew for nothing"] if restarted() else []
    gate.run("echo >> /etc/schoolgate/system/timesyncd.conf")
    if not restarted():
        faults.append("another server's name, and the clock is still set by the old one")
    return Outcome("the clock", "its service starts anew when its server's name is new", faults)


def _await(gate: Guest, notice: SetupNotice, times: int, *, since: int = 0) -> None:
    """Wait until a notice has been completed so many times."""
    patience = gate.patience(BUSY_S)
    while notices.said(pins.seen(gate.witness[since:])).count(notice) < times:
        if patience.over():
            told = notices.said(pins.seen(gate.witness[since:]))
            raise GuestError(f"not {times} times {notice}, but {told}\n{gate.journal()}")
        gate.run("sleep 0.5")  # between looks
