"""Measure the bridge: rosters, levels, fleet, roll-outs and pages of a synthetic province."""
