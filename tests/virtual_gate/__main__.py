"""The virtual gate: `python -m tests.virtual_gate [PART ...]`. Exit code 1: a check failed.

Parts: `morning`, `data`, `hangs`, `cuts`, `provision`, `update`, `orders`; all of them by default.
`--fill` builds kernel and root if they are not in the cache, and checks nothing. `--short` is what
`make test` has time for.
"""

# ruff: noqa: T201 (it talks to its terminal)

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from gate_contract.errors import SchoolgateError
from tests.virtual_gate import parts, power, site
from tests.virtual_gate.data_partition import data_partition
from tests.virtual_gate.faults import hangs
from tests.virtual_gate.morning import morning
from tests.virtual_gate.ordered import ordered
from tests.virtual_gate.outcome import Outcome
from tests.virtual_gate.parts import Parts
from tests.virtual_gate.provision import provision
from tests.virtual_gate.update import update

PARTS = ("morning", "data", "hangs", "cuts", "provision", "update", "orders")
INSIDE = "VIRTUAL_GATE_INSIDE"
KILLS, CONTROL_KILLS = 12, 3


def main() -> int:
    """Run what was requested; print one line for each check."""
    parser = argparse.ArgumentParser(prog="python -m tests.virtual_gate")
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--fill", action="store_true", help="fill the cache, and no more")
    parser.add_argument("--short", action="store_true", help="what `make test` has time for")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    try:
        kernel, root = parts.fill(print) if asked.fill else parts.cached()
    except SchoolgateError as error:
        print(f"virtual gate: {error}", file=sys.stderr)
        return 1
    if asked.fill:
        return 0
    if INSIDE not in os.environ:
        enter_network()
    site.lay_network()
    with tempfile.TemporaryDirectory(prefix="virtual-gate-") as folder:
        return check(Parts(kernel, root, Path(folder)), asked.parts or PARTS, short=asked.short)


def enter_network() -> None:
    """Restart in a network namespace of our own, from which no other machine is reachable."""
    own = ["--net"] if not os.geteuid() else ["--user", "--map-root-user", "--net"]
    command = [sys.executable, "-m", "tests.virtual_gate", *sys.argv[1:]]
    os.execvpe("unshare", ["unshare", *own, *command], {**os.environ, INSIDE: "1"})  # noqa: S606 (ours)


def check(made: Parts, names: list[str] | tuple[str, ...], *, short: bool) -> int:
    """Run each part in turn; return the exit code."""
    doing: dict[str, Callable[[], Iterator[Outcome]]] = {
        "morning": lambda: a_morning(made),
        "data": lambda: data_partition(made, short=short),
        "hangs": lambda: hangs(made),
        "cuts": lambda: power_cuts(made, short=short),
        "provision": lambda: provision(made),
        "update": lambda: update(made),
        "orders": lambda: ordered(made),
    }
    failed = False
    for name in names:
        began_s = time.monotonic()
        for outcome in doing[name]():
            print(outcome, flush=True)
            failed |= bool(outcome.faults)
        print(f"{name}: {time.monotonic() - began_s:.0f} s", flush=True)
    print("failed" if failed else "as promised")
    return int(failed)


def a_morning(made: Parts) -> Iterator[Outcome]:
    """Check boot, sandboxes, camera, pins, ledger and receipts."""
    with morning(made) as gate:
        yield gate.boot()
        yield gate.sandboxes()
        yield gate.people()
        yield from gate.accounts()


def power_cuts(made: Parts, *, short: bool) -> Iterator[Outcome]:
    """Check that the shipped settings lose nothing; the control must lose something."""
    district = site.Site(made.folder / "cuts")
    codes = power.cards(district, power.SHORT if short else power.LONG)
    image, log = made.folder / "cuts.img", made.folder / "cuts.log"

    def data() -> Path:
        gate = district.configs[site.GATE].parent
        return site.make_data(image, size_mb=power.DATA_MB, gate=gate, codes=codes)

    yield power.told("replayed", power.replayed(made, data(), log))
    yield power.told("control", power.replayed(made, data(), log, "NORMAL"), must_lose=True)
    if not short:
        yield power.told("killed", power.killed(made, data(), KILLS))
        lost = power.killed(made, data(), CONTROL_KILLS, "OFF")
        yield power.told("control", lost, must_lose=True)


if __name__ == "__main__":
    sys.exit(main())
