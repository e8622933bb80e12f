"""The synthetic scenes of `scan --synthetic`: every kind of light, hand and card at a gate."""

import base64
import random
from collections.abc import Callable
from dataclasses import replace

from demo.scenes.showing import Showing

Look = Callable[[random.Random], dict[str, float | bool | int]]

LOOKS: dict[str, Look] = {
    "plain": lambda _: {},
    "tilted": lambda r: {"tilt_deg": r.uniform(30, 50)},
    "hurried": lambda r: {"motion": r.uniform(0.6, 1.3)},
    "dark": lambda r: {"light": r.uniform(0.12, 0.25), "noise": r.uniform(4, 8)},
    "glare": lambda r: {"glare": r.uniform(0.6, 1.0)},
    "far": lambda r: {"distance_mm": r.uniform(430, 640), "defocus_px": r.uniform(0.4, 0.9)},
    "near": lambda r: {"distance_mm": r.uniform(150, 200)},
    "soft": lambda r: {"defocus_px": r.uniform(1.4, 2.4)},
    "crumpled": lambda r: {"crumple": r.uniform(0.1, 0.28)},
    "laminated": lambda r: {"laminate": r.uniform(0.5, 1.0), "glare": r.uniform(0.2, 0.6)},
    "phone": lambda r: {"phone": True, "glare": r.uniform(0.0, 0.4)},
    "finger": lambda _: {"finger": True},
}


def card_text(rng: random.Random) -> str:
    """Return an unsigned text as long as a real card's, of the same characters."""
    digits = base64.b32encode(rng.randbytes(80)).decode()
    return "SG1:" + digits[:117]


def showings(seed: int, passes: int, *, seconds: float = 1.2) -> list[Showing]:
    """Return `passes` cards of mixed looks, with idle stretches between them.

    Idle stretches are empty, or people pass by. Each look has the same frequency; a third of the
    showings mixes two of them, and each seventh has two to four cards at once.
    """
    rng = random.Random(seed)
    names = sorted(LOOKS)
    rng.shuffle(names)
    show = [Showing("", 1.0)]
    shown = 0
    while shown < passes:
        look = dict(LOOKS[names[len(show) % len(names)]](rng))
        several = rng.randint(2, 4) if len(show) % 7 == 0 else 1
        if several == 1 and rng.random() < 1 / 3:
            look = LOOKS[rng.choice(names)](rng) | look
        base = Showing(
            card_text(rng),
            seconds,
            people=rng.choice((0, 0, 1, 2)),
            tilt_deg=rng.uniform(0, 25),
            distance_mm=rng.uniform(230, 380),
            motion=rng.uniform(0.1, 0.5),
        )
        also = tuple(card_text(rng) for _ in range(min(several, passes - shown) - 1))
        show.append(replace(base, also=also, **look))  # type: ignore[arg-type]
        shown += 1 + len(also)
        if len(show) % 5 == 0:
            show.append(Showing("", 4.0))
        if len(show) % 4 == 0:
            show.append(Showing("", 4.0, people=rng.randint(2, 4), umbrellas=rng.random() < 0.5))
    return show
