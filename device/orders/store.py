"""The file of a gate's orders, beside its ledger; gate-uplink writes it, gate-scan reads it too."""

from pathlib import Path

import msgspec

from device.orders.trial import StoredOrders
from gate_contract.durable_file import replace_file

ORDERS_NAME = "orders.json"


def read_stored(folder: Path) -> StoredOrders:
    """Return the stored orders; empty if the file is missing or damaged.

    Then `gate.toml` applies, and the district sends its orders again.
    """
    try:
        return msgspec.json.decode((folder / ORDERS_NAME).read_bytes(), type=StoredOrders)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return StoredOrders()


def write_stored(folder: Path, kept: StoredOrders) -> None:
    """Replace the file and sync it with its folder. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    # gate-scan reads it through the group.
    replace_file(folder / ORDERS_NAME, msgspec.json.encode(kept), 0o640)


def write_first_orders(folder: Path, payload: bytes) -> None:
    """Store the orders that came with the gate's certificate. Raises OSError."""
    write_stored(folder, StoredOrders(latest=payload, confirmed=payload))
