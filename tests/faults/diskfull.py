"""Full disks: the gate's and the bridge's. Mounting requires root."""

import shutil
import time
from contextlib import closing
from pathlib import Path

from device.clock import SystemClock
from device.ledger.file import LedgerFile
from device.scan.run import keeper
from gate_contract.verdicts import CROSSINGS, Verdict
from tests.end_to_end.passing import card_codes
from tests.faults.arena import GATE, Arena
from tests.faults.outcome import Outcome, eventually
from tests.faults.smalldisk import NotPermittedError, fill, free, small_disk

RECOVERY_S = 30


def gate_disk(folder: Path, tried: int, *, ext4: bool = True, patience_s: float = 20) -> Outcome:
    """Run the gate's keeper on a disk that fills up while people pass.

    Survived: on the full disk, it signalled the fault or stored what it called green; recovered, it
    admits again by itself.
    """
    outcome = Outcome(f"the gate's disk full ({'ext4' if ext4 else 'tmpfs'})")
    arena = Arena(folder)
    state = arena.config(GATE).ledger_path.parent
    clock = SystemClock(battery=True)
    shown = 0
    green = 0
    try:
        with small_disk(state, 2_048, ext4=ext4) as disk:
            people = keeper(arena.config(GATE))
            codes = card_codes(arena, 40)

            def show() -> list[Verdict]:
                nonlocal shown, green
                shown += 1
                reading = clock.read()
                captured_up_ms = reading.up_ms + shown * 2_000
                answers = people.see([codes[shown % 40]], captured_up_ms, reading)
                green += sum(answer.verdict in CROSSINGS for answer in answers)
                return [answer.verdict for answer in answers]

            for _ in range(tried):
                outcome.tried += 1
                show()
                fill(disk)
                # What SQLite had room for in its log still fits; then nothing does.
                refused = eventually(lambda: show() == [Verdict.STORAGE_FAILED], patience_s)
                told = people.storage_fault is not None
                free(disk)
                began = time.monotonic()
                again = eventually(lambda: bool(CROSSINGS & set(show())), RECOVERY_S)
                outcome.worst_s = max(outcome.worst_s, time.monotonic() - began)
                outcome.survived += refused and told and again
            people.close()
            with closing(LedgerFile.open(arena.config(GATE).ledger_path, GATE)) as ledger:
                held = sum(record.is_crossing for record, _ in ledger.records(1, 10**9))
            outcome.green = green
            outcome.lost, outcome.duplicated = max(0, green - held), max(0, held - green)
    except NotPermittedError as error:
        outcome.notes.append(f"SKIPPED, mounting is not permitted here: {error}")
    return outcome


def bridge_disk(folder: Path, tried: int) -> Outcome:
    """Run the bridge's database on a disk that fills up while crossings arrive.

    Recovered: everything recorded meanwhile has its receipt.
    """
    outcome = Outcome("the bridge's disk full")
    try:
        with small_disk(folder / "disk", 98_304, ext4=True) as disk:
            arena = Arena(folder / "arena")
            home = arena.home.folder
            for part in home.iterdir():
                shutil.move(part, disk)
            home.rmdir()
            home.symlink_to(disk)
            with arena, arena.gatekeeper(GATE) as people:
                codes = card_codes(arena, 40)
                clock = SystemClock(battery=True)
                shown = green = looks = 0

                def pass_through() -> int:
                    nonlocal shown
                    shown += 1
                    reading = clock.read()
                    answers = people.see(codes, reading.up_ms + shown * 2_000, reading)
                    return sum(answer.verdict in CROSSINGS for answer in answers)

                green += pass_through()
                for name in ("broker", "bridge", f"uplink {GATE}"):
                    arena.start(name)
                assert eventually(lambda: arena.receipted() > 0, 90), "it never began"
                for _ in range(tried):
                    complaints = arena.log("bridge").count("messages not stored")
                    fill(disk)

                    def complained(before: int = complaints) -> bool:
                        nonlocal green, looks
                        looks += 1
                        if looks % 4 == 0:  # or they fill the disk themselves before the hundredth
                            green += pass_through()
                        return arena.log("bridge").count("messages not stored") > before

                    refused = eventually(complained, 60)
                    free(disk)
                    due = arena.stored_and_receipted(GATE)[0]
                    back = outcome.recovered(
                        lambda due=due: arena.receipted() >= due,  # type: ignore[misc]
                        RECOVERY_S,
                    )
                    outcome.survived -= back and not refused
                arena.settle(outcome, green)
    except NotPermittedError as error:
        outcome.notes.append(f"SKIPPED, mounting is not permitted here: {error}")
    return outcome
