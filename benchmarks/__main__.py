"""Run a benchmark: `python -m benchmarks NAME`."""

from benchmarks.cli import bench

bench(prog_name="python -m benchmarks")
