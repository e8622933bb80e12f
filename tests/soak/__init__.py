"""A long run of real processes: what they use must not grow. `python -m tests.soak`."""
