"""The gate's memory: an append-only, hash-chained table in one SQLite file.

`gate-scan` appends (`writing`) and is the only one to create or migrate the file; `gate-uplink`
writes its delivery mark and prunes (`delivering`). A record is kept until a receipt covers it.
"""
