"""Reports of units: tallies, tables, files, confirmations, the staff's yearly record."""
