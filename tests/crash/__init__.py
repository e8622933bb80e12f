"""Power cuts and failing storage under the ledger's own code and Python's own sqlite3."""
