"""Build the SD card image of gates and its updates, and prepare a flashed SD card for one gate.

Nothing in here runs on a gate.
"""
