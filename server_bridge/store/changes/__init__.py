"""Markers of what changed: for open pages, for rosters and for report tallies."""
