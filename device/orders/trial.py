"""Decide what becomes of orders that arrive. Pure.

Changed settings are tried first: both services restart with them, and if the gate does not reach
the broker again within five minutes, the previous settings are restored. Settings that failed are
not tried again; later ones, which have another version, are.
"""

from msgspec import Struct
from msgspec.structs import replace

from gate_contract.orders import Orders

TRIAL_MS = 300_000
MOST_STARTS = 5
"""Starts of gate-uplink with settings on trial.

A gate that crashes or reboots repeatedly never reaches the five minutes.
"""


class StoredOrders(Struct, frozen=True, omit_defaults=True):
    """The orders that a gate stores; payloads are signed, as they were received.

    `latest` was received last. `confirmed` has the settings that worked, `trial` those that are
    tried since `since_up_ms` of boot `boot_id`. `refused` is the version of settings that failed.
    """

    latest: bytes = b""
    confirmed: bytes = b""
    trial: bytes = b""
    boot_id: str = ""
    since_up_ms: int = 0
    starts: int = 0
    refused: int = 0
    logs_sent: int = 0

    @property
    def in_force(self) -> bytes:
        """The orders whose settings are used; empty: `gate.toml` alone."""
        return self.trial or self.confirmed


def take(
    kept: StoredOrders, payload: bytes, orders: Orders, in_force_version: int, latest_version: int
) -> StoredOrders:
    """Store received orders, and begin a trial if their settings differ.

    `in_force_version` is the version of the settings in use, `latest_version` that of the latest
    orders, 0 if there are none. Orders that are not newer change nothing.
    """
    if orders.version <= latest_version:
        return kept
    kept = replace(kept, latest=payload)
    version = orders.settings.version
    if version == kept.refused or version < in_force_version:
        return kept
    if version == in_force_version:
        return replace(kept, trial=payload) if kept.trial else replace(kept, confirmed=payload)
    return replace(kept, trial=payload, boot_id="", since_up_ms=0, starts=0)


def started(kept: StoredOrders, boot_id: str, up_ms: int, trial_version: int) -> StoredOrders:
    """Update the trial at a start of gate-uplink.

    `trial_version` is the version of the settings on trial.
    """
    if not kept.trial:
        return kept
    if kept.starts >= MOST_STARTS:
        return _reverted(kept, trial_version)
    if kept.boot_id == boot_id:
        return replace(kept, starts=kept.starts + 1)
    return replace(kept, starts=kept.starts + 1, boot_id=boot_id, since_up_ms=up_ms)


def connected(kept: StoredOrders) -> StoredOrders:
    """Confirm the settings on trial: the broker has accepted the gate."""
    if not kept.trial:
        return kept
    return replace(kept, confirmed=kept.trial, trial=b"", boot_id="", starts=0, refused=0)


def waited(kept: StoredOrders, boot_id: str, up_ms: int, trial_version: int) -> StoredOrders:
    """Revert the settings on trial after five minutes without a connection."""
    over = kept.boot_id == boot_id and up_ms - kept.since_up_ms >= TRIAL_MS
    return _reverted(kept, trial_version) if kept.trial and over else kept


def _reverted(kept: StoredOrders, version: int) -> StoredOrders:
    return replace(kept, trial=b"", boot_id="", since_up_ms=0, starts=0, refused=version)
