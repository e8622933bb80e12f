"""The pages of a school: its day, roll-calls, people, entries by hand."""
