"""Untrusted spreadsheets: opened safely, read into rows, refused cell by cell."""
