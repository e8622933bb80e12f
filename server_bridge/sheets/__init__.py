"""Spreadsheets from outside: opened with suspicion, read into rows, refused cell by cell."""
