"""A synthetic province: its areas, schools and people, for the demo, benchmarks and tests."""
