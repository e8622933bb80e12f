"""The storing part of a gate or of a bridge in a separate process, to be run below strace.

`writer gate <gate.toml> <number>`: people pass; each green light is a line.
`writer bridge <home> <number>`: batches arrive; each receipt is a line.
"""

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gate_contract.verdicts import CROSSINGS


def gate(config_path: Path, number: int) -> None:
    """Let `number` people pass; whoever gets a fault shows the card again, a few times."""
    from device.clock import SystemClock
    from device.config import load
    from device.scan.gatekeeper import RETRY_MS
    from device.scan.run import keeper
    from device.timekeeping import ClockReading

    codes = [line.encode() for line in (config_path.parent / "codes").read_text().splitlines()]
    people = keeper(load(config_path))
    first = SystemClock(battery=True).read()
    step, green, tries = 0, 0, 0
    while green < number and tries < number + 20:
        tries += 1
        step += RETRY_MS + 1_000
        reading = ClockReading(first.boot_id, first.up_ms + step, first.wall_ms + step, True)
        answers = people.see([codes[tries % len(codes)]], reading.up_ms, reading)
        for answer in answers:
            green += answer.verdict in CROSSINGS
            print(answer.verdict, flush=True)  # noqa: T201
    people.close()


def bridge(folder: Path, number: int) -> None:
    """Store `number` records of `gate-a1`, five in a batch."""
    from gate_contract.receipt import Receipt
    from server_bridge.home import open_home
    from server_bridge.ingest.inbox import Inbox
    from server_bridge.store.database import StoreError
    from tests.builders.school import Scribe

    home = open_home(folder)
    inbox = Inbox(home.database(), home.zone)
    now = datetime.now(UTC) - timedelta(minutes=10)
    at = round(now.timestamp() * 1000)
    scribe = Scribe("gate-a1")
    for card in range(number):
        scribe.enter(card, at=at + card)
    for first in range(1, number + 1, 5):
        for attempt in range(5):
            try:
                taken = inbox.store([scribe.letter(first, min(first + 4, number))], at + 1_000)
            except StoreError:
                time.sleep(0.01 * attempt)  # as the loop waits before it tries again
                continue
            receipt: Receipt = taken.receipts["gate-a1"]
            print(receipt.stored_through, flush=True)  # noqa: T201
            break


if __name__ == "__main__":
    {"gate": gate, "bridge": bridge}[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]))
