"""Assemble gate-uplink from its configuration, and run it."""

import random
import re
from collections.abc import Callable

import structlog

from device.clock import SystemClock
from device.config import Config
from device.ledger.uplink_ledger import UplinkLedger
from device.orders.intake import OrdersIntake
from device.recent_log import LOGBOOK, SCAN_LOG, lines_of
from device.selftest.findings import findings, states
from device.selftest.storage import try_storage
from device.status_files import read_scan, read_update, read_uplink
from device.supervise import Supervisor
from device.timekeeping import ClockReading
from device.uplink.head_signer import HeadSigner
from device.uplink.loop import UplinkLoop
from device.uplink.roster_intake import RosterIntake
from device.uplink.salvage_delivery import SalvageDelivery
from device.uplink.session import BrokerEndpoint, Session
from device.uplink.status_reporter import StatusReporter
from gate_contract.gate_log import GateLog, scrubbed
from gate_contract.health import ScanHealth, State
from gate_contract.orders import LogRequest

ALIVE_MS = 5_000

log = structlog.get_logger()


def run(config: Config, supervisor: Supervisor) -> None:
    """Deliver until stopped."""
    clock = SystemClock(battery=config.clock.battery)
    loop = build(config, clock, supervisor.stopping.set)
    supervisor.ready()
    log.info("delivering", gate_id=config.gate.id, broker=config.broker.host)
    fed_up_ms = 0
    try:
        while not supervisor.stopping.is_set():
            loop.step(supervisor.stopping.wait)
            # A missing network is no fault of this process: a finished step proves that it works.
            now_up_ms = clock.read().up_ms
            if now_up_ms - fed_up_ms >= ALIVE_MS:
                fed_up_ms = now_up_ms
                supervisor.alive()
    finally:
        supervisor.stopped()
        loop.close()


def build(
    config: Config, clock: SystemClock, restart: Callable[[], None] = lambda: None
) -> UplinkLoop:
    """Return the uplink loop on the configured ledger and broker; nothing is opened yet.

    `restart` ends this process, so that the service manager starts it with other settings.
    """
    broker = config.broker
    endpoint = BrokerEndpoint(
        host=broker.host,
        port=broker.port,
        ca=config.path(broker.ca),
        cert=config.path(broker.cert),
        key=config.path(broker.key),
        keepalive_s=broker.keepalive_s,
    )

    def scan_health(reading: ClockReading) -> ScanHealth | None:
        return read_scan(config.scan_status_path, reading.boot_id, reading.up_ms)

    trial = try_storage(config.ledger_path.parent, lambda: clock.read().up_ms)

    def self_test(reading: ClockReading, scan: ScanHealth | None) -> dict[str, State]:
        uplink = read_uplink(config.uplink_status_path, reading.boot_id, reading.up_ms)
        return states(findings(scan, uplink, trial, knows_district=bool(config.order_keys)))

    def read_log(wanted: LogRequest) -> GateLog:
        scan = lines_of(config.scan_status_path.with_name(SCAN_LOG))
        lines = sorted([*scan, *LOGBOOK.lines], key=_timestamp)[-wanted.lines :]
        return GateLog(wanted.number, [scrubbed(line) for line in lines])

    return UplinkLoop(
        open_ledger=lambda: UplinkLedger.open(config.ledger_path, config.gate.id),
        open_session=lambda: Session(endpoint, config.gate.id),
        clock=clock,
        read_scan=scan_health,
        keep_days=config.gate.keep_days,
        open_salvaged=lambda: SalvageDelivery(config.ledger_path.parent, config.gate.id),
        sign=HeadSigner(endpoint.key),
        rosters=RosterIntake(config.ledger_path.parent, config.gate.id, config.order_keys),
        orders=OrdersIntake(config, clock.read(), restart),
        report=StatusReporter(config.uplink_status_path),
        read_log=read_log,
        self_test=self_test,
        read_update=lambda: read_update(config.update_status_path),
        chance=random.Random(),  # noqa: S311 (spreads reconnections; nothing secret)
    )


def _timestamp(line: str) -> str:
    found = re.search(r'"timestamp":"([^"]*)"', line)
    return found[1] if found else ""
