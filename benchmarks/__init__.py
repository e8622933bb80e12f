"""Measure Schoolgate: reading cards at the gate, and the bridge's work. Not shipped."""
