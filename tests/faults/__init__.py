"""Faults in real processes. `python -m tests.faults` runs the campaigns at full scale.

A short version of each is a test. Every figure about them in docs/evidence/ is printed here.
"""
