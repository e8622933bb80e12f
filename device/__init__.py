"""The gate: `scan` sees and records, `uplink` delivers; the ledger is the only door between."""
