"""Orders that arrive at gate-uplink: verified, kept, tried, confirmed or taken back."""

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
    """`config` is `gate.toml` as it stands in its file. `fault` says why the last orders are not
    followed, `settings_version` which settings this process goes by; `restart` is called when
    others are in force."""

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
        self._say_refused()

    def take(self, payload: bytes) -> None:
        """What came on the command topic. An empty payload is a topic that was cleared."""
        if not payload:
            return
        try:
            orders = read_orders(self._config, payload)
            with_settings(self._config, orders.settings)
        except (ContractError, ConfigError) as error:
            self._say(f"orders were refused: {error}")
            return
        latest = self._latest.version if self._latest else 0
        now = trial.take(self._kept, payload, orders, self.settings_version, latest)
        if now is self._kept:
            return
        self._latest = orders
        self.fault = ""
        tries = now.trial != self._kept.trial
        self._store(now)
        log.info("orders", version=orders.version, settings=orders.settings.version)
        self._say_refused()
        if tries and orders.settings.version != self.settings_version:
            self._restart()

    def connected(self) -> None:
        """The broker has accepted this gate."""
        self._store(trial.connected(self._kept))

    def waited(self, reading: ClockReading) -> None:
        """Called now and then while there is no connection."""
        now = trial.waited(self._kept, reading.boot_id, reading.up_ms, self._trial_version)
        if now is not self._kept:
            log.warning("settings taken back", version=self._trial_version)
            self._store(now)
            self._restart()

    @property
    def update(self) -> Update | None:
        """The software that is wanted."""
        return self._latest.update if self._latest else None

    @property
    def logs(self) -> LogRequest | None:
        """The log that is wanted and was not yet sent."""
        wanted = self._latest.logs if self._latest else None
        return wanted if wanted and wanted.number > self._kept.logs_sent else None

    def logs_were_sent(self, number: int) -> None:
        """Not again."""
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
            self._say(f"orders cannot be kept: {error}")
            return
        self._kept = kept

    def _say_refused(self) -> None:
        latest = self._latest.settings.version if self._latest else 0
        if latest and latest == self._kept.refused:
            self._say(f"settings {latest} were taken back: the broker was out of reach with them")

    def _say(self, fault: str) -> None:
        if fault != self.fault:
            log.warning("orders", fault=fault)
        self.fault = fault[:200]
