"""Store what a school's office records: hours, entries by hand, roll-calls."""
