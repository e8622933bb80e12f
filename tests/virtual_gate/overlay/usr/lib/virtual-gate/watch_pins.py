"""Report every change of the light's and the buzzer's pins over a serial line.

No power cut erases it there. A line is milliseconds since boot and levels.
"""

import os
import sys
import time
import tty
from pathlib import Path

PINS = (17, 27, 22, 18)
"""Red, green, blue, buzzer: as in the sample configuration."""
PAUSE_S = 0.005


def main(path: Path) -> None:
    (chip,) = Path("/sys/devices/platform").glob("gpio-sim.*/gpiochip*/sim_gpio17")
    lines = [os.open(chip.parent / f"sim_gpio{pin}" / "value", os.O_RDONLY) for pin in PINS]
    before = b""
    with path.open("wb", buffering=0) as log:
        tty.setraw(log.fileno())
        while True:
            levels = b"".join(os.pread(line, 1, 0) for line in lines)
            if levels != before:
                before = levels
                up_ms = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
                log.write(f"{up_ms} {levels.decode()}\n".encode())
            time.sleep(PAUSE_S)


main(Path(sys.argv[1]))
