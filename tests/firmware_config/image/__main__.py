"""`make image-test`: boot the image that `make image` has built. Exit code 1: a check failed.

One line for each check. `--machine` boots that one only; `--twice` boots nothing: it builds root
and image a second time and compares.
"""

# ruff: noqa: T201 (it talks to its terminal)

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from gate_contract.errors import SchoolgateError
from tests.firmware_config.image import flashed, handed_out, provisioned, twice
from tests.firmware_config.image.expected import Report
from tests.firmware_config.image.machine import MODELS, Told, run
from tests.virtual_gate.outcome import Outcome

CARD_GIB = 4
ONE_AT_A_TIME = threading.Lock()
"""Alembic keeps the state of migrations in globals."""


def newest(folder: Path) -> Path:
    """Return the image that was built last."""
    images = sorted(folder.glob("schoolgate-arm64-*.img"), key=lambda path: path.stat().st_mtime)
    if not images:
        raise SchoolgateError(f"{folder} has no image; make one with: make image")
    return images[-1]


def boot(image: Path, name: str, limit_s: float, log: Path | None) -> Told:
    """Boot a provisioned copy of the card in one machine."""
    model = MODELS[name]
    with tempfile.TemporaryDirectory(prefix="gate-image-") as folder:
        work = Path(folder)
        card = flashed.resized(image, work / "card.img", CARD_GIB)
        with ONE_AT_A_TIME:
            data = provisioned.data_partition(work, pins=model.is_pi, last=model.last, size_mib=128)
        flashed.put(data, card, 7)
        start = flashed.firmware(card, work)
        probed = provisioned.command_line()
        return run(model, card, start, probed, limit_s=limit_s, log=log)


def booted(image: Path, name: str, limit_s: float, console: Path | None) -> Told:
    """Return the checks of one machine."""
    if console:
        console.mkdir(parents=True, exist_ok=True)
    return boot(image, name, limit_s, console / f"{name}.log" if console else None)


def reported(name: str, told: Future[Told]) -> Iterator[Outcome]:
    """Return the lines of a machine after its end: the machines run in parallel."""
    yield from Report(name, told.result()).checks()


def main() -> int:
    """Run what was requested."""
    parser = argparse.ArgumentParser(prog="python -m tests.firmware_config.image")
    parser.add_argument("--images", type=Path, default=Path("var/image"))
    parser.add_argument("--machine", choices=MODELS, action="append")
    parser.add_argument("--limit", type=float, default=900.0, help="seconds for each machine")
    parser.add_argument("--console", type=Path, help="keep what the consoles said in this folder")
    parser.add_argument("--twice", action="store_true", help="build again, and compare the bytes")
    given = parser.parse_args()
    try:
        if given.twice:
            return check({"twice": twice.checks(given.images)})
        image = newest(given.images)
        parts = {} if given.machine else {"card": handed_out.checks(image)}
        names = given.machine or list(MODELS)
        with ThreadPoolExecutor() as both:
            booting = [
                both.submit(booted, image, name, given.limit, given.console) for name in names
            ]
            for name, told in zip(names, booting, strict=True):
                parts[name] = reported(name, told)
            return check(parts)
    except SchoolgateError as error:
        print(f"image: {error}", file=sys.stderr)
        return 1


def check(parts: dict[str, Iterator[Outcome]]) -> int:
    """Run each part in turn; return the exit code."""
    failed = False
    began_s = time.monotonic()
    for outcomes in parts.values():
        for outcome in outcomes:
            print(outcome, flush=True)
            failed |= bool(outcome.faults)
    print(f"all of it: {time.monotonic() - began_s:.0f} s")
    print("failed" if failed else "as promised")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
