"""The gate: `scan` sees and records, `uplink` delivers; the ledger is the only door between."""

from importlib.metadata import version

__version__ = version("schoolgate")
