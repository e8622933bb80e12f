"""`gate aim`: show how well cards are read while a technician mounts the camera."""

import time
from collections.abc import Callable

import click

from device.scan.aim import CARD_MM, GOOD_SHARE, Aim
from device.scan.decode import Decoder
from device.scan.frames import FrameSource

FOCAL_PER_WIDTH = 0.8
"""The focal length of the Raspberry Pi camera modules, in picture widths."""
PRINT_EVERY_S = 0.25


def watch(
    source: FrameSource,
    decoder: Decoder,
    *,
    seconds: float,
    print_mm: float = CARD_MM,
    focal: float = FOCAL_PER_WIDTH,
    echo: Callable[[str], None] = click.echo,
    light: Callable[[bool], None] = lambda _: None,
    clock: Callable[[], float] = time.monotonic,
) -> float:
    """Measure for `seconds` (0: until the source ends), and print a line each quarter second.

    `light` is called at each frame with whether reading works well, for an LED. Return the share of
    frames that could be read at the end, 0-1. Raises CameraError as the source does.
    """
    aim: Aim | None = None
    began = clock()
    printed = began - PRINT_EVERY_S
    while not source.ended and (not seconds or clock() - began < seconds):
        frame = source.read(0.5)
        if frame is None:
            continue
        if aim is None:
            aim = Aim(decoder, focal * frame.image.shape[1], print_mm)
        aim.see(frame.image)
        light(aim.share >= GOOD_SHARE)
        if clock() - printed >= PRINT_EVERY_S:
            printed = clock()
            echo(aim.line())
    if aim is None:
        echo("the camera gave no frame")
        return 0.0
    echo(aim.line())
    return aim.share
