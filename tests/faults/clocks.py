"""Clocks that are wrong at boot, jump, or are set late, under real gate-scan and uplink."""

import secrets
import sqlite3
import time
from collections import Counter
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

from device.timekeeping import STEP_MS
from server_bridge.clock import now_ms
from tests.faults import machine
from tests.faults.arena import GATE, Arena
from tests.faults.machine import Machine, boot_clock_ms
from tests.faults.outcome import Outcome, eventually

DAY_MS = 86_400_000
SKEWS_MS = {"two weeks back": -14 * DAY_MS, "1970": None, "ten years ahead": 3_650 * DAY_MS}
"""None: the wall clock starts at 1970 with the boot."""
MANNERS = ("at boot, set late", "at boot, never set", "by hand, set again")
UPLINK = ("all the time", "later", "afterwards", "afterwards")
RECOVERY_S = 60
SLACK_MS = STEP_MS + 100
PEOPLE = 8


def clocks(folder: Path, tried: int, plants: dict[str, str] | None = None) -> Outcome:
    """Try each wrong clock in each manner.

    The uplink runs all the time, or is started only afterwards, or only after the next wrong clock,
    so that the district gets two or three boots at once. Recovered: the records of that time have
    their receipt.
    """
    outcome = Outcome("clocks at 1970, ten years ahead, two weeks back; late or never set")
    with Wrong(folder, plants) as gate:
        for name in ("broker", "bridge"):
            gate.arena.start(name)
        for number in range(tried):
            manner = MANNERS[number % len(MANNERS)]
            skew = list(SKEWS_MS)[number // len(MANNERS) % len(SKEWS_MS)]
            uplink = UPLINK[number % len(UPLINK)] if number < tried - 1 else "afterwards"
            passed = gate.suffer(SKEWS_MS[skew], manner, uplink)
            due = 0 if uplink == "later" else gate.arena.stored_and_receipted(GATE)[0]
            came = outcome.recovered(
                lambda due=due: gate.arena.receipted() >= due,  # type: ignore[misc]
                RECOVERY_S,
            )
            outcome.survived -= came and not passed
        gate.arena.stop(f"scan {GATE}")
        gate.arena.settle(outcome, gate.arena.answered(GATE))
        faults = gate.time_faults()
        outcome.survived -= min(outcome.survived, sum(faults.values()))
        outcome.notes += [f"{number:,} {what}" for what, number in faults.items()]
        outcome.notes.append(gate.trust())
    return outcome


class Wrong:
    """A gate in an arena, on a machine whose clocks are simulated. A context manager.

    `true_began_ms`: when each of its boots really began, UTC.
    """

    def __init__(self, folder: Path, plants: dict[str, str] | None) -> None:
        self.arena = Arena(folder, plants=plants)
        self.arena.print_cards(GATE, 45)
        self.arena.change_config(GATE, 'path = "frames"', 'path = "frames"\nfps = 30.0')
        self.arena.change_config(GATE, "battery = true", "battery = false")
        self.scan, self.uplink = f"scan {GATE}", f"uplink {GATE}"
        self._path = folder / "machine.json"
        for name in (self.scan, self.uplink):
            self.arena.wrappers[name] = ["env", f"MACHINE={self._path}"]
        self.true_began_ms: dict[str, int] = {}
        self.registered_ms = now_ms()

    def __enter__(self) -> "Wrong":
        return self

    def __exit__(self, *error: Any) -> None:
        self.arena.__exit__(*error)

    def suffer(self, skew_ms: int | None, manner: str, uplink: str) -> bool:
        """Run with one wrong clock; return whether people were answered all the time."""
        at_boot = "at boot" in manner
        self._boot(skew_ms if at_boot else 0, synchronised=not at_boot)
        if uplink == "all the time":
            self.arena.start(self.uplink)
        passed = self._people_pass()
        if not at_boot:
            skew_ms = -now_ms() if skew_ms is None else skew_ms
            self._set(skew_ms, synchronised=False)
            passed &= self._people_pass()
        if "never" not in manner:
            self._set(0, synchronised=True)
            passed &= self._people_pass()
        if uplink == "afterwards":
            self.arena.start(self.uplink)
        return passed

    def _boot(self, skew_ms: int | None, *, synchronised: bool) -> None:
        """Switch off and on: both processes die; the next boot has another clock."""
        for name in (self.scan, self.uplink):
            if name in self.arena.running:
                self.arena.kill(name)
        boot_id, began_ms = secrets.token_hex(16), boot_clock_ms() - 10_000
        self.true_began_ms[boot_id] = now_ms() - 10_000
        skew_ms = -self.true_began_ms[boot_id] if skew_ms is None else skew_ms
        self._now = Machine(
            boot_id=boot_id, began_ms=began_ms, skew_ms=skew_ms, synchronised=synchronised
        )
        machine.write(self._path, self._now)
        self.arena.start(self.scan)

    def _set(self, skew_ms: int, *, synchronised: bool) -> None:
        self._now = Machine(
            boot_id=self._now.boot_id,
            began_ms=self._now.began_ms,
            skew_ms=skew_ms,
            synchronised=synchronised,
        )
        machine.write(self._path, self._now)

    def _people_pass(self) -> bool:
        before = self.arena.answered(GATE)
        return eventually(lambda: self.arena.answered(GATE) >= before + PEOPLE, RECOVERY_S)

    # --- accounts

    def time_faults(self) -> dict[str, int]:
        """Count everything that is wrong with the times of the district's records."""
        rows = self._rows("SELECT * FROM crossings ORDER BY ledger, seq")
        first_ms, last_ms = self.registered_ms, now_ms()
        days = {self._day(first_ms), self._day(last_ms)}
        reported = {row["day"] for row in self._rows("SELECT DISTINCT day FROM counts")}
        return {
            "misordered": sum(self._is_misordered(a, b) for a, b in pairwise(rows)),
            "called certain and wrong": sum(
                row["filed_clock"] != "untrusted" and self._is_wrong(row) for row in rows
            ),
            "outside the time of the test": sum(
                not first_ms - SLACK_MS <= row["filed_ms"] <= last_ms + SLACK_MS for row in rows
            ),
            "days in the counts that never were": len(reported - days),
        }

    def trust(self) -> str:
        """Count the records by the trust that they state for their times."""
        told = Counter(row["filed_clock"] for row in self._rows("SELECT * FROM crossings"))
        return ", ".join(f"{number:,} {clock}" for clock, number in sorted(told.items()))

    def _is_misordered(self, a: sqlite3.Row, b: sqlite3.Row) -> bool:
        turned = a["boot_id"] == b["boot_id"] and a["up_ms"] > b["up_ms"]
        return bool(a["ledger"] == b["ledger"] and (turned or a["filed_ms"] > b["filed_ms"]))

    def _is_wrong(self, row: sqlite3.Row) -> bool:
        true_ms = self.true_began_ms[row["boot_id"]] + row["up_ms"]
        return bool(abs(row["filed_ms"] - true_ms) > SLACK_MS)

    def _day(self, at_ms: int) -> str:
        return time.strftime("%Y-%m-%d", time.gmtime(at_ms / 1000 + 7 * 3600))  # Asia/Ho_Chi_Minh

    def _rows(self, sql: str) -> list[sqlite3.Row]:
        with closing(
            sqlite3.connect(self.arena.home.folder / "bridge.db", timeout=30)
        ) as connection:
            connection.row_factory = sqlite3.Row
            return connection.execute(sql).fetchall()
