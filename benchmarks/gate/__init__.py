"""Measure the gate: decoding, scanning, hostile codes, latency."""
