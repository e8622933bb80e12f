"""`python -m tests.faults [campaign ...] [--scale S]`: exit 1 if anything was lost or doubled."""

import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from tests.faults import clocks, damage, devices, diskfull, eio, kills, network, offline
from tests.faults.arena import GATE
from tests.faults.outcome import Outcome

CAMPAIGNS: dict[str, tuple[Callable[[Path, int], Outcome], int]] = {
    "kills": (kills.kills, 1_000),
    "broker": (kills.broker_kills, 200),
    "mid-batch": (kills.mid_batch, 100),
    "network": (network.weather, 100),
    "offline": (offline.offline, 60_000),
    "gate-disk": (diskfull.gate_disk, 100),
    "bridge-disk": (diskfull.bridge_disk, 100),
    "gate-eio": (eio.gate_errors, 1_000),
    "bridge-eio": (eio.bridge_errors, 1_000),
    "devices": (devices.devices, 8),
    "pages": (damage.pages, 1_000),
    "flips": (damage.flips, 1_000),
    "clocks": (clocks.clocks, 90),
}
"""Each with the number of faults at full scale."""

CONTROLS: dict[str, Callable[[Path], Outcome]] = {
    "green_before_commit": lambda folder: kills.kills(
        folder, 12, {f"scan {GATE}": "green_before_commit"}
    ),
    "trust_the_wire": lambda folder: kills.broker_kills(
        folder, 4, {f"uplink {GATE}": "trust_the_wire"}
    ),
    "count_after_commit": lambda folder: kills.mid_batch(
        folder, 4, {"bridge": "count_after_commit"}
    ),
    "believe_any_clock": lambda folder: clocks.clocks(
        folder, 1, {f"scan {GATE}": "believe_any_clock"}
    ),
    "hoard": lambda folder: offline.offline(folder, 4_000, {f"uplink {GATE}": "hoard"}),
}
"""Bugs planted into real processes, each with the campaign that has to find it."""


def main() -> None:
    """Run the chosen campaigns, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("campaigns", nargs="*", metavar="campaign", help=", ".join(CAMPAIGNS))
    parser.add_argument(
        "--controls", action="store_true", help="planted bugs, to be found: all or those named"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="1 is full scale")
    chosen = parser.parse_args()
    unknown = set(chosen.campaigns) - set(CONTROLS if chosen.controls else CAMPAIGNS)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    clean = True
    if chosen.controls:
        sys.exit(not _controls_are_found(chosen.campaigns or list(CONTROLS)))
    for name in chosen.campaigns or CAMPAIGNS:
        campaign, full = CAMPAIGNS[name]
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="schoolgate-faults-") as folder:
            outcome = campaign(Path(folder) / "arena", max(1, round(full * chosen.scale)))
        print(f"{outcome.line()} [{time.monotonic() - began:.0f} s]", flush=True)  # noqa: T201
        clean = clean and outcome.is_clean
    sys.exit(not clean)


def _controls_are_found(bugs: list[str]) -> bool:
    found = []
    for bug in bugs:
        with tempfile.TemporaryDirectory(prefix="schoolgate-faults-") as folder:
            outcome = CONTROLS[bug](Path(folder) / "arena")
        found.append(outcome.tried > 0 and not outcome.is_clean)
        print(f"{bug}: {'found' if found[-1] else 'NOT FOUND'} by {outcome.line()}", flush=True)  # noqa: T201
    return all(found)


if __name__ == "__main__":
    main()
