"""Measuring the gate's eye: synthetic scenes, and benches that print facts."""
