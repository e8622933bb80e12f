"""gate-uplink put together from its configuration."""

import random

import structlog

from device import status
from device.clock import SystemClock
from device.config import Config
from device.ledger.delivering import UplinkLedger
from device.supervise import Supervisor
from device.timekeeping import Reading
from device.uplink.loop import UplinkLoop
from device.uplink.rosters import RosterIntake
from device.uplink.salvaged import Salvaged
from device.uplink.session import Endpoint, Session
from device.uplink.signing import HeadSigner
from gate_contract.health import ScanHealth

ALIVE_MS = 5_000

log = structlog.get_logger()


def run(config: Config, supervisor: Supervisor) -> None:
    """Deliver until told to stop."""
    clock = SystemClock(battery=config.clock.battery)
    loop = build(config, clock)
    supervisor.ready()
    log.info("delivering", gate_id=config.gate.id, broker=config.broker.host)
    fed_up_ms = 0
    try:
        while not supervisor.stopping.is_set():
            loop.step(supervisor.stopping.wait)
            # A gate without a network is no fault of this process: going round is its proof.
            now_up_ms = clock.read().up_ms
            if now_up_ms - fed_up_ms >= ALIVE_MS:
                fed_up_ms = now_up_ms
                supervisor.alive()
    finally:
        supervisor.stopped()
        loop.close()


def build(config: Config, clock: SystemClock) -> UplinkLoop:
    """The uplink loop on the configured ledger and broker; nothing is opened yet."""
    broker = config.broker
    endpoint = Endpoint(
        host=broker.host,
        port=broker.port,
        ca=config.path(broker.ca),
        cert=config.path(broker.cert),
        key=config.path(broker.key),
        keepalive_s=broker.keepalive_s,
    )

    def read_scan(reading: Reading) -> ScanHealth | None:
        return status.read(config.status_path, reading.boot_id, reading.up_ms)

    return UplinkLoop(
        open_ledger=lambda: UplinkLedger.open(config.ledger_path, config.gate.id),
        open_session=lambda: Session(endpoint, config.gate.id),
        clock=clock,
        read_scan=read_scan,
        keep_days=config.gate.keep_days,
        open_salvaged=lambda: Salvaged(config.ledger_path.parent, config.gate.id),
        sign=HeadSigner(endpoint.key),
        rosters=RosterIntake(config.ledger_path.parent, config.gate.id, config.order_keys),
        chance=random.Random(),  # noqa: S311 (spreads reconnections; nothing secret)
    )
