"""`make image-test`: boot the image that `make image` has built, and print what was found."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.image import machine, provisioned
from tests.image.expected import findings

GIB = {"virt": 4, "raspi3b": 4}


def newest(folder: Path) -> Path:
    """The image that was built last."""
    images = sorted(folder.glob("schoolgate-arm64-*.img"), key=lambda path: path.stat().st_mtime)
    if not images:
        sys.exit(f"{folder} has no image; make one with: make image")
    return images[-1]


def boot(image: Path, name: str, limit_s: float, log: Path | None) -> machine.Told:
    """Boot a provisioned copy of the card in one machine."""
    with tempfile.TemporaryDirectory(prefix="gate-image-") as folder:
        work = Path(folder)
        card = machine.resized(image, work / "card.img", GIB[name])
        data = provisioned.data_partition(work, pins=name == "raspi3b", size_mib=128, more={})
        machine.put(data, card, 7)
        start = machine.firmware(card, work)
        probed = provisioned.command_line()
        return machine.run(name, card, start, probed, limit_s=limit_s, log=log)


def main() -> int:
    """Prints one line a machine; 1 if anything is not as it must be."""
    parser = argparse.ArgumentParser(prog="python -m tests.image")
    parser.add_argument("--images", type=Path, default=Path("var/image"))
    parser.add_argument("--machine", choices=GIB, action="append")
    parser.add_argument("--limit", type=float, default=900.0, help="seconds for each machine")
    parser.add_argument("--console", type=Path, help="keep what the consoles said in this folder")
    given = parser.parse_args()
    image, wrong = newest(given.images), 0
    for name in given.machine or GIB:
        if given.console:
            given.console.mkdir(parents=True, exist_ok=True)
        log = given.console / f"{name}.log" if given.console else None
        told = boot(image, name, given.limit, log)
        faults = findings(name, told.found)
        wrong += bool(faults)
        shown = {key: told.found.get(key) for key in ("stored", "uptime_s", "scanned_by_s", "root")}
        verdict = "; ".join(faults) or "well"
        sys.stdout.write(f"{name}: {verdict} in {told.seconds:.0f} s {shown}\n")
        sys.stdout.flush()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
