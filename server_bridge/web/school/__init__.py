"""A school's own pages: its day, roll-calls, people, entries by hand."""
