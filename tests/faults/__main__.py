"""`python -m tests.faults [campaign ...] [--scale S]`: exit 1 if anything was lost or doubled."""

import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from tests.faults import damage, kills, network, offline
from tests.faults.outcome import Outcome

CAMPAIGNS: dict[str, tuple[Callable[[Path, int], Outcome], int]] = {
    "kills": (kills.kills, 1_000),
    "broker": (kills.broker_kills, 200),
    "mid-batch": (kills.mid_batch, 100),
    "network": (network.weather, 100),
    "offline": (offline.offline, 60_000),
    "pages": (damage.pages, 1_000),
    "flips": (damage.flips, 1_000),
}
"""Each with the number of faults that is its full scale."""


def main() -> None:
    """Run the chosen campaigns, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("campaigns", nargs="*", metavar="campaign", help=", ".join(CAMPAIGNS))
    parser.add_argument("--scale", type=float, default=1.0, help="1 is full scale")
    chosen = parser.parse_args()
    unknown = set(chosen.campaigns) - set(CAMPAIGNS)
    if unknown:
        parser.error(f"no such campaign: {', '.join(sorted(unknown))}")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    clean = True
    for name in chosen.campaigns or CAMPAIGNS:
        campaign, full = CAMPAIGNS[name]
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="schoolgate-faults-") as folder:
            outcome = campaign(Path(folder) / "arena", max(1, round(full * chosen.scale)))
        print(f"{outcome.line()} [{time.monotonic() - began:.0f} s]", flush=True)  # noqa: T201
        clean = clean and outcome.is_clean
    sys.exit(not clean)


if __name__ == "__main__":
    main()
