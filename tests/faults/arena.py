"""A small district of real processes for faults, with a comparison of all counts at the end."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from device.ledger.file import LedgerError
from gate_contract.verdicts import CROSSINGS
from server_bridge.broker.config import DATA
from server_bridge.broker.program import find_mosquitto
from server_bridge.printing import qr_code as card_code
from tests.end_to_end.district_harness import SCHOOL, DistrictHarness
from tests.end_to_end.passing import card_codes
from tests.fakes.broker import accepts
from tests.faults.outcome import Outcome, eventually
from tests.systemd.units import unit

ROOT = Path(__file__).parents[2]
GATE = "gate-a1"


class Arena(DistrictHarness):
    """A district whose processes run this tree's code in their units' environment.

    They append to their logs. `plants` maps a process to the bug planted in it; `hasty` shortens a
    gate's pauses.
    """

    def __init__(
        self,
        folder: Path,
        gate_ids: Sequence[str] = (GATE,),
        *,
        hasty: bool = True,
        plants: dict[str, str] | None = None,
    ) -> None:
        super().__init__(folder, tuple(gate_ids))
        self.hasty = hasty
        self.plants = plants or {}
        self.wrappers: dict[str, list[str]] = {}

    def start(self, name: str) -> None:
        """Start `broker`, `bridge`, `uplink <gate_id>` or `scan <gate_id>`."""
        environment = dict(os.environ, PYTHONPATH=str(ROOT), **_of_unit(name.partition(" ")[0]))
        if self.hasty:
            environment["HASTY"] = "1"
        if name in self.plants:
            environment["PLANT"] = self.plants[name]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [*self.wrappers.get(name, ()), *self._arguments(name)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env=environment,
            )
        if name == "broker":
            assert eventually(lambda: accepts(self.port), 30)

    def _arguments(self, name: str) -> list[str]:
        if name == "broker":
            return [str(find_mosquitto()), "-c", str(self.broker_config)]
        part, _, gate_id = name.partition(" ")
        shell = [sys.executable, "-m", "tests.faults.hasty"]
        if part == "bridge":
            return [*shell, "gate-bridge", "ingest", "--home", str(self.home.folder)]
        return [*shell, "gate", part, "--config", str(self.configs[gate_id])]

    def change_config(self, gate_id: str, old: str, new: str) -> None:
        """Edit a gate's configuration before its processes start."""
        path = self.configs[gate_id]
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    def print_cards(self, gate_id: str, number: int) -> None:
        """Draw frames for the gate's recorded camera: one card after the other."""
        folder = self.folder / gate_id / "frames"
        folder.mkdir(exist_ok=True)
        for index, code in enumerate(card_codes(self, number)):
            grid = np.pad(
                np.array(card_code.modules(code.decode()), dtype=np.uint8), card_code.QUIET
            )
            image = np.where(np.kron(grid, np.ones((6, 6), np.uint8)), 0, 255).astype(np.uint8)
            cv2.imwrite(str(folder / f"{index:03}.png"), np.pad(image, 40, constant_values=200))

    def answered(self, gate_id: str) -> int:
        """Count the green lights in gate-scan's log."""
        green = 0
        for line in self.log(f"scan {gate_id}").splitlines():
            if '"answered"' in line:
                try:
                    green += sum(code in CROSSINGS for code in json.loads(line)["verdicts"])
                except json.JSONDecodeError:  # the line that a kill cut off: not given
                    continue
        return green

    def receipted(self, gate_id: str = GATE) -> int:
        """Return the gate's own mark; 0 while there is no ledger."""
        try:
            return self.stored_and_receipted(gate_id)[1]
        except LedgerError:
            return 0

    def broker_keeps(self, topic: str) -> bool:
        """Whether the broker has such a subscription, or a message for an absent client."""
        written = self.home.broker_folder / DATA / "mosquitto.db"
        written.unlink(missing_ok=True)
        self.running["broker"].send_signal(signal.SIGUSR1)  # mosquitto(8): write it down now
        assert eventually(written.exists, 30)
        return topic.encode() in written.read_bytes()

    # --- accounts

    def stored(self) -> int:
        """Count the records in the district's database."""
        return int(self._ask("SELECT count(*) FROM crossings"))

    def held(self) -> int:
        """Count the crossings in the district's database."""
        return int(self._ask(f"SELECT count(*) FROM crossings WHERE {_CROSSED}"))  # noqa: S608

    def counted(self) -> int:
        """Return the sum of the school's counts."""
        return int(
            self._ask(
                "SELECT coalesce(sum(entered + left), 0) FROM counts WHERE unit_id = ?", SCHOOL
            )
        )

    def settle(self, outcome: Outcome, green: int, *, within_s: float = 180) -> None:
        """Wait until all is delivered, then compare green lights, records and counts."""
        if not eventually(self.drained, within_s):
            outcome.notes.append("NOT DRAINED")
        recorded = sum(self.crossings(gate_id) for gate_id in self.gate_ids)
        outcome.green += green
        outcome.lost += max(0, green - recorded) + max(0, recorded - self.held())
        outcome.duplicated += max(0, self.held() - recorded)
        wrong = self.counted() - self.held()
        outcome.lost += max(0, -wrong)
        outcome.duplicated += max(0, wrong)
        if recorded > green:
            outcome.notes.append(f"{recorded - green} recorded, killed before the light")
        proof = self.verify()
        if proof:
            outcome.lost += 1
            outcome.notes.append(proof)

    def verify(self) -> str:
        """Return what `gate-bridge ledger verify` finds wrong, empty if nothing."""
        done = subprocess.run(
            [
                *(sys.executable, "-m", "tests.faults.hasty", "gate-bridge"),
                *("ledger", "verify", "--home", self.home.folder),
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env=dict(os.environ, PYTHONPATH=str(ROOT)),
        )
        return "" if done.returncode == 0 else done.stdout + done.stderr

    def _ask(self, sql: str, *values: Any) -> Any:
        with closing(sqlite3.connect(self.home.folder / "bridge.db", timeout=30)) as connection:
            return connection.execute(sql, values).fetchone()[0]


def _of_unit(part: str) -> dict[str, str]:
    """Return the environment that the shipped unit sets for this process."""
    name = "gate-bridge" if part == "bridge" else f"gate-{part}"
    lines = [] if part == "broker" else unit(f"{name}.service").get("Environment", [])
    return dict(line.split("=", 1) for line in lines)


_CROSSED = "verdict IN ('admitted_in', 'admitted_out')"
