"""Group the benchmarks under the command `python -m benchmarks`."""

import click
import cv2

from benchmarks.bridge.cli import fleet, roster, web
from benchmarks.gate.cli import decode, hostile, latency, scan


@click.group()
def bench() -> None:
    """Measure how well cards are read, and how long the bridge's work takes, on this machine."""
    cv2.setNumThreads(1)  # CPU time is compared; OpenCV's own threads would blur it


for command in (decode, scan, hostile, latency, fleet, roster, web):
    bench.add_command(command)
