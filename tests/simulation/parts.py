"""The classes of a run, so that planted bugs can replace those that ship."""

from collections.abc import Callable
from dataclasses import dataclass

from device.ledger.scan_ledger import ScanLedger
from device.ledger.uplink_ledger import UplinkLedger
from device.scan.gatekeeper import Gatekeeper
from device.uplink.loop import UplinkLoop
from server_bridge.ingest.inbox import Inbox
from server_bridge.ingest.loop import IngestLoop


@dataclass(frozen=True, slots=True)
class Parts:
    """The classes that ship."""

    scan_ledger: type[ScanLedger] = ScanLedger
    uplink_ledger: type[UplinkLedger] = UplinkLedger
    gatekeeper: type[Gatekeeper] = Gatekeeper
    uplink_loop: type[UplinkLoop] = UplinkLoop
    inbox: type[Inbox] = Inbox
    ingest_loop: type[IngestLoop] = IngestLoop


Say = Callable[[str, str], None]
