"""Run power cuts and failing storage: `python -m tests.crash [CUTS]`. Exit code 1: a violation."""

# ruff: noqa: T201 (it talks to its terminal)

import itertools
import sys
import time

from device.ledger.scan_ledger import ScanLedger
from tests.crash.campaign import Outcome, campaign
from tests.crash.storage import CODES, EFFECTS, CarelessLedger, Failing, morning
from tests.crash.work import LONG, Plan

CONTROLS = {
    "synchronous=NORMAL": Plan(1, synchronous="NORMAL"),
    "synchronous=OFF": Plan(1, synchronous="OFF"),
    "signal before commit": Plan(1, early=True),
}


def main(cuts: int) -> int:
    """Run all campaigns, print one line for each, and return the exit code."""
    failed = False
    for name, plan, number in (
        ("what ships", Plan(1), cuts - cuts // 3),
        ("what ships, long runs", LONG, cuts // 3),
    ):
        outcome = _timed(name, plan, number)
        failed |= bool(outcome.violations)
        for violation in outcome.violations[:5]:
            print(f"  seed {violation.plan.seed}, effect {violation.at}: {violation.said}")
    for name, plan in CONTROLS.items():
        outcome = _timed(f"control, must lose: {name}", plan, max(cuts // 10, 1_000))
        failed |= not outcome.violations
    failed |= _failing_storage("failing storage", ScanLedger) > 0
    failed |= _failing_storage("control, must lie: failures passed over", CarelessLedger) == 0
    print("failed" if failed else "as promised")
    return int(failed)


def _failing_storage(name: str, on: type[ScanLedger]) -> int:
    """Let each write and fsync of a morning fail, once and for a while; return what was wrong."""
    mornings = met = lies = stuck = 0
    for code, length, first in itertools.product(CODES.values(), (1, 3, 12), range(1, EFFECTS)):
        watcher = Failing(code, first, first + length - 1)
        told = morning(watcher, on=on)
        mornings += 1
        met += watcher.refused
        lies += len(list(told.lies()))
        stuck += not told.well_at_the_end
    print(
        f"{name}: {mornings} mornings, {met} failures injected, "
        f"{lies} green lights without a record, {stuck} gates not recovered"
    )
    return lies + stuck


def _timed(name: str, plan: Plan, cuts: int) -> Outcome:
    began = time.monotonic()
    outcome = campaign(plan, cuts)
    took_s = time.monotonic() - began
    print(f"{name}: {outcome.cuts} cuts, {len(outcome.violations)} violations, {took_s:.0f} s")
    return outcome


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 30_000))
