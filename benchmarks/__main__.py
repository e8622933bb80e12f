"""`python -m benchmarks`: measure Schoolgate on this machine."""

from benchmarks.cli import bench

bench(prog_name="python -m benchmarks")
