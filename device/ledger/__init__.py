"""The ledger: an append-only, hash-chained table of records in one SQLite file.

gate-scan appends (`scan_ledger`) and is the only one to create or migrate the file; gate-uplink
moves the delivery mark and prunes (`uplink_ledger`). A record is kept until a receipt covers it.
"""
