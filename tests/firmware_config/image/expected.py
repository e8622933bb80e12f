"""The checks of a booted image."""

import json
from collections.abc import Iterator
from typing import Any

from gate_contract.verdicts import CROSSINGS, Verdict
from tests.firmware_config.image.machine import MODELS, PETTED_S, Told
from tests.firmware_config.image.provisioned import CARDS
from tests.virtual_gate import pins
from tests.virtual_gate.outcome import Outcome

SHIPPED_S = 14


class Report:
    """The checks of the machine `name`, from its output."""

    def __init__(self, name: str, told: Told) -> None:
        self.name, self.told = name, told
        self.faults: list[str] = []

    def checks(self) -> Iterator[Outcome]:
        """Yield each check as an outcome."""
        model = MODELS[self.name]
        yield self.boot()
        if not self.told.ended:
            return
        yield self.root()
        yield self.data()
        yield self.cards()
        if model.is_pi:
            yield self.pins()
        yield self.closed()
        yield self.watchdog()

    def boot(self) -> Outcome:
        """Check that both services run."""
        if not self.told.ended:
            said = "\n    ".join(self.told.lines[-12:])
            self.faults.append(
                f"it has not told everything; events: {', '.join(self.told.events) or 'none'}; "
                f"its last lines:\n    {said}"
            )
            return self._outcome("boot", f"{self.told.seconds:.0f} s")
        is_pi = MODELS[self.name].is_pi
        model = self._is("model", "Raspberry Pi 3 Model B" if is_pi else "linux,dummy-virt")
        self._is("architecture", "aarch64")
        self._is("scan", "active")
        self._is("uplink", "active")
        self._is("failed", "")
        self._is("booted_slot", "A")
        self._is("primary_slot", "A")
        return self._outcome(
            "boot",
            f"{model}, kernel {self.found('kernel')}, slot A; "
            f"{self.seconds('root_us', 1e6)} s to its root, "
            f"{self.seconds('scan_ready_us', 1e6)} s to a ready gate-scan, both services active, "
            "no unit failed",
        )

    def root(self) -> Outcome:
        """Check that the root is read-only."""
        kind = self._is("root", "erofs ro")
        refused = self._is("root_written", "Read-only file system")
        return self._outcome("root", f"{kind}, a write to /usr: {refused}")

    def data(self) -> Outcome:
        """Check that the data partition is separate and has grown to the end of the card."""
        source = self.found("data")
        card = "/dev/mmcblk0p7" if MODELS[self.name].is_pi else "/dev/vda7"
        self._is("data", f"ext4 {card}")
        grown = int(self.found("data_mib") or 0)
        if grown < 1500:
            self.faults.append(f"it has {grown} MiB of a card of 4 GiB")
        self._is("ledger_on", "data")
        return self._outcome("data", f"{source} with the ledger, grown to {grown} MiB")

    def cards(self) -> Outcome:
        """Check that each card was scanned by the image's own code and is in a verified ledger."""
        verdicts = self.verdicts()
        proof = self._proof()
        recorded = {name: n for name, n in proof.get("scans", {}).items() if n}
        recorded.pop(Verdict.CLOCK_SET, None)
        if len(verdicts) < CARDS or set(verdicts) - CROSSINGS:
            self.faults.append(f"answered {', '.join(verdicts) or 'nothing'}")
        if sum(recorded.values()) != len(verdicts):
            self.faults.append(f"answered {len(verdicts)} codes, recorded {recorded}")
        return self._outcome(
            "cards",
            f"{len(verdicts)} codes answered ({', '.join(sorted(set(verdicts)))}), "
            f"{proof.get('last')} records, every hash proven",
        )

    def pins(self) -> Outcome:
        """Check that the levels that the monitor saw match the verdicts' patterns."""
        self._is("signals", "ok")
        changes, verdicts = self.told.pins, self.verdicts()
        compared = pins.compare(pins.seen(changes), verdicts)
        if compared.whole == 0 or compared.differs:
            self.faults.append(compared.differs or "no signal was seen to its end")
        lines = self.found("pins")
        if lines != "GPIO17 GPIO18 GPIO22 GPIO27":
            self.faults.append(f"the kernel's lines that lgpio holds: {lines}")
        return self._outcome(
            "pins",
            f"{len(changes) - 1} changes of the chip's levels seen from outside: the signals of "
            f"{len(verdicts)} verdicts, {compared.whole} whole, {compared.cut} cut short, "
            f"no step more than {compared.worst_ms} ms off",
        )

    def closed(self) -> Outcome:
        """Check that no login is possible, and that nothing is written elsewhere."""
        self._is("firewall", "policy drop")
        self._is("listening", "")
        self._is("passwords", "0")
        self._is("journal", "in memory")
        return self._outcome(
            "closed",
            "firewall drops, nothing listens, no password, journal in memory, "
            f"swap {self.found('zram') or 'none'}",
        )

    def watchdog(self) -> Outcome:
        """Check that systemd feeds the watchdog, and that it resets the machine otherwise."""
        device = self.found("watchdog")
        self._is("watchdog_shipped", f"{SHIPPED_S}")
        events = ", ".join(self.told.events) or "nothing"
        if MODELS[self.name].is_pi:
            self._is("watchdog", "Broadcom BCM2835 Watchdog timer")
            wanted, done = {"RESET guest-reset", "SHUTDOWN guest-reset"}, "reset QEMU's Pi at once"
        else:
            self._is("watchdog", "i6300ESB timer")
            self._is("petted_s", f"{PETTED_S}")
            wanted, done = {"WATCHDOG"}, f"petted for {PETTED_S} s, then systemd was crashed"
        if not wanted & set(self.told.events):
            self.faults.append(f"the monitor has seen: {events}")
        return self._outcome(
            "watchdog",
            f"{device}, armed by systemd for {SHIPPED_S} s: {done}; the monitor: {events}",
        )

    def verdicts(self) -> list[Verdict]:
        """Return the verdicts in gate-scan's journal."""
        return [Verdict(name) for name in self.found("verdicts").split()]

    def found(self, name: str) -> str:
        """Return what the probe reported of a name, empty if nothing."""
        return self.told.found.get(name, "")

    def seconds(self, name: str, of: float = 1.0) -> str:
        """Return a time that the probe reported, in units of which `of` make a second."""
        return f"{float(self.found(name) or 'nan') / of:.1f}"

    def _proof(self) -> dict[str, Any]:
        try:
            proof: dict[str, Any] = json.loads(self.found("verified"))
        except ValueError:
            self.faults.append(f"the ledger's proof: {self.found('verified') or 'none'}")
            return {}
        return proof

    def _is(self, name: str, wanted: str) -> str:
        if (value := self.found(name)) != wanted:
            self.faults.append(f"{name} is {value!r} and not {wanted!r}")
        return value

    def _outcome(self, check: str, figures: str) -> Outcome:
        faults, self.faults = self.faults, []
        return Outcome(f"{self.name} {check}", figures, faults)
