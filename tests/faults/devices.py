"""Cameras that stop or hang, a decoder that dies, pins that fail: in a real gate-scan.

The service manager's watchdog is simulated with 5 s in place of 30.
"""

from pathlib import Path

from tests.faults.arena import GATE, Arena
from tests.faults.manager import Manager
from tests.faults.outcome import Outcome, eventually

WATCHDOG_S = 5.0
RECOVERY_S = 40
FAULTS = ("camera_silent", "camera_hangs", "decoder_dies", "pins_throw")


def devices(folder: Path, tried: int, faults: tuple[str, ...] = FAULTS) -> Outcome:
    """Cause each fault after 40 frames of every process or opening.

    Survived: people are answered after it, and it is in the health that the district receives.
    """
    outcome = Outcome("camera silent or hanging, decoder raising, pins throwing")
    for number in range(tried):
        _suffer(folder / str(number), faults[number % len(faults)], outcome)
    return outcome


def _suffer(folder: Path, fault: str, outcome: Outcome) -> None:
    scan = f"scan {GATE}"
    arena = Arena(folder, plants={scan: fault})
    arena.print_cards(GATE, 45)
    arena.change_config(GATE, 'path = "frames"', 'path = "frames"\nfps = 30.0')
    with arena, Manager(arena, scan, WATCHDOG_S) as manager:
        happened = eventually(lambda: "FAULT" in arena.log(scan), RECOVERY_S)
        before = arena.answered(GATE)
        went_on = outcome.recovered(lambda: arena.answered(GATE) > before + 20, RECOVERY_S)
        told = "camera" in fault or eventually(lambda: _said(arena, fault), 10)
        watched = fault != "camera_hangs" or manager.timeouts > 0
        outcome.survived -= went_on and not (happened and told and watched)
    green = arena.answered(GATE)
    outcome.green += green
    outcome.lost += max(0, green - arena.crossings(GATE))


def _said(arena: Arena, fault: str) -> bool:
    return {"decoder_dies": "decoder restarted", "pins_throw": "no such pin"}[fault] in arena.log(
        f"scan {GATE}"
    )
