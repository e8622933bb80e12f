"""Print how many objects twenty stored messages leave to Python's garbage collector.

It is a program of its own: in a process that has run other tests, their threads leave garbage too.
"""

import gc
import sys
from contextlib import closing
from pathlib import Path

from server_bridge.ingest.inbox import Inbox
from server_bridge.store.database import Database
from tests.builders.school import ZONE, Scribe, add_units_and_gates
from tests.fakes.clock import MORNING_MS

MESSAGES = 20


def main(folder: Path) -> None:
    """Store messages until everything is compiled and cached, then twenty more; count."""
    with closing(add_units_and_gates(Database(f"sqlite:///{folder / 'bridge.db'}"))) as database:
        inbox, scribe = Inbox(database, ZONE), Scribe().enter(*range(2 * MESSAGES))

        def store(first: int, last: int) -> None:
            for seq in range(first, last):
                inbox.store([scribe.letter(seq, seq)], MORNING_MS)

        store(1, MESSAGES)
        gc.collect()
        gc.disable()
        store(MESSAGES, 2 * MESSAGES)
        print(gc.collect())  # noqa: T201


main(Path(sys.argv[1]))
