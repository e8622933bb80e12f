"""What becomes of orders that arrive: pure functions of what is kept.

Other settings are tried first: both services start again with them, and if the gate does not come
back to the broker within five minutes, those before are in force again. Settings that failed are
not tried again; the next ones, which have another version, are.
"""

from msgspec import Struct
from msgspec.structs import replace

from gate_contract.orders import Orders

TRIAL_MS = 300_000
MOST_STARTS = 5
"""Starts of gate-uplink under settings that are tried: a gate that crashes or reboots again and
again never sees five minutes pass."""


class StoredOrders(Struct, frozen=True, omit_defaults=True):
    """What a gate keeps of its orders; the payloads are as they came, signed.

    `latest` came last. `confirmed` has the settings that worked, `trial` those that are tried since
    `since_up_ms` of boot `boot_id`. `refused` is the version of settings that did not work.
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
        """The orders whose settings the gate goes by; empty: `gate.toml` alone."""
        return self.trial or self.confirmed


def take(
    kept: StoredOrders, payload: bytes, orders: Orders, in_force_version: int, latest_version: int
) -> StoredOrders:
    """Keep orders that came, and begin to try their settings if they are others.

    `in_force_version` is that of the settings which the gate goes by, `latest_version` that of the
    latest orders, 0 if there are none. What is not newer changes nothing.
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
    """gate-uplink starts. `trial_version` is that of the settings on trial."""
    if not kept.trial:
        return kept
    if kept.starts >= MOST_STARTS:
        return _taken_back(kept, trial_version)
    if kept.boot_id == boot_id:
        return replace(kept, starts=kept.starts + 1)
    return replace(kept, starts=kept.starts + 1, boot_id=boot_id, since_up_ms=up_ms)


def connected(kept: StoredOrders) -> StoredOrders:
    """The broker has accepted the gate: what was tried works."""
    if not kept.trial:
        return kept
    return replace(kept, confirmed=kept.trial, trial=b"", boot_id="", starts=0, refused=0)


def waited(kept: StoredOrders, boot_id: str, up_ms: int, trial_version: int) -> StoredOrders:
    """Time has passed without a connection."""
    over = kept.boot_id == boot_id and up_ms - kept.since_up_ms >= TRIAL_MS
    return _taken_back(kept, trial_version) if kept.trial and over else kept


def _taken_back(kept: StoredOrders, version: int) -> StoredOrders:
    return replace(kept, trial=b"", boot_id="", since_up_ms=0, starts=0, refused=version)
