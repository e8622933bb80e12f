"""Faults done to real processes. `python -m tests.faults` runs the campaigns at full scale; a short
version of each is a test. Every figure in docs/evidence/ about them is printed here."""
