"""Process orders that arrive at gate-uplink: verify, store, try, confirm or revert them."""

from collections.abc import Callable
from pathlib import Path

import structlog
from msgspec.structs import replace

from device.config import Config, ConfigError
from device.orders import trial
from device.orders.effective_config import read_orders, with_settings
from device.orders.store import read_stored, write_stored
from device.orders.trial import StoredOrders
from device.timekeeping import ClockReading
from gate_contract.errors import ContractError
from gate_contract.orders import LogRequest, Orders, Update

log = structlog.get_logger()


class OrdersIntake:
    """The orders of a running gate-uplink.

    `config` is `gate.toml` without the orders. `fault` says why the last orders are not followed,
    `settings_version` which settings this process uses; `restart` is called when other settings
    come into force.
    """

    def __init__(self, config: Config, reading: ClockReading, restart: Callable[[], None]) -> None:
        self._config = config
        self._folder: Path = config.ledger_path.parent
        self._restart = restart
        self._kept = read_stored(self._folder)
        self._trial = self._read(self._kept.trial)
        self._latest = self._read(self._kept.latest)
        self.fault = ""
        now = trial.started(self._kept, reading.boot_id, reading.up_ms, self._trial_version)
        self._store(now)
        running = self._read(self._kept.in_force)
        self.settings_version = running.settings.version if running else 0
        self._report_refused()

    def take(self, payload: bytes) -> None:
        """Process a message of the command topic. An empty payload means a cleared topic."""
        if not payload:
            return
        try:
            orders = read_orders(self._config, payload)
            with_settings(self._config, orders.settings)
        except (ContractError, ConfigError) as error:
            self._set_fault(f"orders were refused: {error}")
            return
        latest = self._latest.version if self._latest else 0
        now = trial.take(self._kept, payload, orders, self.settings_version, latest)
        if now is self._kept:
            return
        self._latest = orders
        self.fault = ""
        begins_trial = now.trial != self._kept.trial
        self._store(now)
        log.info("orders", version=orders.version, settings=orders.settings.version)
        self._report_refused()
        if begins_trial and orders.settings.version != self.settings_version:
            self._restart()

    def connected(self) -> None:
        """Confirm the settings on trial: the broker has accepted this gate."""
        self._store(trial.connected(self._kept))

    def waited(self, reading: ClockReading) -> None:
        """Revert settings on trial after too long a time. Call it while there is no connection."""
        now = trial.waited(self._kept, reading.boot_id, reading.up_ms, self._trial_version)
        if now is not self._kept:
            log.warning("settings reverted", version=self._trial_version)
            self._store(now)
            self._restart()

    @property
    def update(self) -> Update | None:
        """The wanted software."""
        return self._latest.update if self._latest else None

    @property
    def logs(self) -> LogRequest | None:
        """The requested log, unless it was sent."""
        wanted = self._latest.logs if self._latest else None
        return wanted if wanted and wanted.number > self._kept.logs_sent else None

    def mark_log_sent(self, number: int) -> None:
        """Record that log request `number` was answered."""
        self._store(replace(self._kept, logs_sent=number))

    @property
    def _trial_version(self) -> int:
        return self._trial.settings.version if self._trial else 0

    def _read(self, payload: bytes) -> Orders | None:
        try:
            return read_orders(self._config, payload) if payload else None
        except ContractError:
            return None

    def _store(self, kept: StoredOrders) -> None:
        if kept is self._kept:
            return
        try:
            write_stored(self._folder, kept)
        except OSError as error:
            self._set_fault(f"orders cannot be stored: {error}")
            return
        self._kept = kept

    def _report_refused(self) -> None:
        latest = self._latest.settings.version if self._latest else 0
        if latest and latest == self._kept.refused:
            self._set_fault(
                f"settings {latest} were reverted: the broker could not be reached with them"
            )

    def _set_fault(self, fault: str) -> None:
        if fault != self.fault:
            log.warning("orders", fault=fault)
        self.fault = fault[:200]
