"""A gate's or bridge's process as it ships, with three changes on request of a campaign.

`HASTY=1`: pauses between connections of 0.2 s in place of 1 to 30, and a wait for receipts of 2 s
in place of 10, so that hundreds of faults fit into minutes. `MACHINE=<file>`: the clocks of another
machine (`machine`). `PLANT=<bug>`: a planted bug, to prove that the campaign finds it.
"""

import os
import sys
from pathlib import Path


def hurry() -> None:
    """Shorten a gate's pauses."""
    from device.uplink import loop, outbox

    loop.PAUSES_MS = (200,) * 5
    outbox.Outbox.__init__.__defaults__ = (None, 2_000)


def main() -> None:
    """Run `gate` or `gate-bridge` with its arguments."""
    program, *arguments = sys.argv[1:]
    if path := os.environ.get("MACHINE"):
        from tests.faults.machine import install

        install(Path(path))
    if os.environ.get("HASTY"):
        hurry()
    if plant := os.environ.get("PLANT"):
        from tests.faults.broken import BROKEN

        if plant in BROKEN:
            BROKEN[plant]()
        else:
            from tests.faults.plants import PLANTS

            PLANTS[plant]()
    sys.argv = [program, *arguments]
    if program == "gate":
        from device.cli import main as run
    else:
        from server_bridge.cli import main as run
    run()


if __name__ == "__main__":
    main()
