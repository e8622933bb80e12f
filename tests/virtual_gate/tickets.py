"""Good and bad tickets, all really made: by a district's own command, or by its own code."""

import secrets
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from device.provisioning import enrolment_client
from device.provisioning.enrolment import enrol, read_ticket
from firmware_config.provision import PIN_NAME, Prepared, district_key, files
from gate_contract.notices import SetupNotice
from gate_contract.ticket import read_pin
from gate_contract.ticket_signing import pin_text
from server_bridge.clock import now_ms
from server_bridge.fleet.ticket_page import code_image
from server_bridge.fleet.ticketing import Wifi, make_ticket
from server_bridge.home import Home
from server_bridge.store.units.tree import add_gate
from tests.end_to_end.district_harness import SCHOOL
from tests.fakes.enrolment import settle
from tests.virtual_gate.site import Site

WEEK_MS = round(timedelta(days=7).total_seconds() * 1000)
OTHER_PIN = "2222222222"


@dataclass(frozen=True, slots=True)
class Made:
    """A ticket as `gate-bridge gate add` makes it. `pin` None: it is not encrypted."""

    gate_id: str
    text: bytes
    codes: tuple[Path, ...]
    pin: str | None = None

    def on_card(self, district: bytes) -> dict[str, bytes]:
        """Return the files that `gate-image provision` writes."""
        return files(Prepared(ticket=self.text, pin=self.pin, district=district))


@dataclass(frozen=True, slots=True)
class Bad:
    """A ticket that must be refused, and the expected notice. `codes` are shown to the camera."""

    notice: SetupNotice
    text: bytes
    codes: tuple[Path, ...]
    pin: str | None = None

    def on_card(self) -> dict[str, bytes]:
        """Return the files, copied by hand: `gate-image provision` would refuse some."""
        pin = {PIN_NAME: self.pin.encode()} if self.pin else {}
        return {"bad.ticket": self.text, **pin}


def district_of(site: Site) -> bytes:
    """Return the orders key, from what `gate-bridge gate keys` prints."""
    return district_key(site.command("gate", "keys").stdout)


def add(site: Site, gate_id: str, *more: str) -> Made:
    """Run `gate-bridge gate add --ticket`."""
    out = site.folder / "tickets"
    words = ("gate", "add", gate_id, "--school", SCHOOL, "--ticket", str(out), *more)
    done = site.command(*words)
    assert not done.returncode, done.stderr
    said = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("PIN ")]
    pin = read_pin(said[0].rstrip(":").encode()) if said else None
    names = [f"{gate_id}.png", *([f"{gate_id}-pin.png"] if pin else [])]
    text = (out / f"{gate_id}.ticket").read_bytes().strip()
    return Made(gate_id, text, tuple(out / name for name in names), pin)


def bad_ones(site: Site) -> Mapping[str, Bad]:
    """Make one of each kind, by its name. The district's enrolment server is running."""
    good = add(site, "vg-virtual-91", "--unsealed")
    used = add(site, "vg-virtual-92", "--unsealed")
    _use(site, used)
    sealed = add(site, "vg-virtual-93")
    altered = good.text[:-40] + (b"AB" if good.text[-40:-38] != b"AB" else b"BA") + good.text[-38:]
    folder = site.folder / "bad"
    folder.mkdir()
    texts = {
        "altered": (SetupNotice.ALTERED, altered, None),
        "foreign": (
            SetupNotice.FOREIGN,
            _of(settle(site.folder / "elsewhere"), "vg-virtual-01"),
            None,
        ),
        "expired": (SetupNotice.EXPIRED, _of(site.home, "vg-virtual-94", ago_ms=2 * WEEK_MS), None),
        "reused": (SetupNotice.USED, used.text, None),
        "wrong PIN": (SetupNotice.WRONG_PIN, sealed.text, OTHER_PIN),
    }
    made = {}
    for name, (notice, text, pin) in texts.items():
        words = [text.decode(), *([pin_text(pin)] if pin else [])]
        codes = tuple(folder / f"{notice}-{number}.png" for number in range(len(words)))
        for word, path in zip(words, codes, strict=True):
            code_image(word).save(path)
        made[name] = Bad(notice, text, codes, pin)
    return made


def _of(home: Home, gate_id: str, *, ago_ms: int = 0) -> bytes:
    """Make a ticket that was valid for a week, some time ago."""
    then_ms = now_ms() - ago_ms
    with closing(home.database()) as database, database.write() as connection:
        add_gate(connection, gate_id, SCHOOL, then_ms)
        made = make_ticket(
            home, connection, gate_id, now_ms=then_ms, days=7, wifi=Wifi(), sealed=False
        )
    return made.text.encode()


def _use(site: Site, made: Made) -> None:
    """Let another device enrol with a copy of the ticket, and its own key."""
    folder = site.folder / f"thief-{secrets.token_hex(4)}"
    (folder / "state").mkdir(parents=True)
    ticket = read_ticket(made.text.decode(), made.pin, district_of(site))
    enrol(folder / "etc", folder / "state", ticket, enrolment_client.ask, {})
