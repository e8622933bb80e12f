"""A province that does not exist: its areas, schools and people, for demo, bench and tests."""
