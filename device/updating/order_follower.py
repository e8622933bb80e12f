"""Act on the update in the district's orders: download it, install it when it is time, report it.

`device.updating.order_rules` decides what to do.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import structlog
from cryptography import x509
from msgspec.structs import replace

from device.config import Config
from device.orders.effective_config import load_effective, read_orders
from device.orders.store import read_stored
from device.status_files import write_file
from device.updating import state_file
from device.updating.download import Ask, bundle_path, fetch, held, is_whole, tidy
from device.updating.https_client import FetchError
from device.updating.install_rules import UpdateRefusal, Window
from device.updating.order_rules import (
    Tried,
    UpdateDecision,
    UpdateKnowledge,
    UpdateStep,
    decide,
    failed,
)
from device.updating.slot_service import GateSystem, RefusedError, WriteError, install, tend
from gate_contract.durable_file import replace_file
from gate_contract.errors import ContractError, SchoolgateError
from gate_contract.health import UpdateFault, UpdateHealth
from gate_contract.orders import Orders, Update

UPDATE_CA = Path("system/update-ca.pem")
"""Relative to the folder of `gate.toml`: RAUC's keyring."""
_NOT_YET = {UpdateRefusal.CLOCK, UpdateRefusal.SCHOOL_HOURS, UpdateRefusal.ON_TRIAL}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Places:
    """The paths that are used. `updates` is a folder of root's on the data partition."""

    gate_toml: Path
    updates: Path

    @property
    def bundles(self) -> Path:
        """The folder of downloaded bundles."""
        return self.updates / "fetched"

    @property
    def tried(self) -> Path:
        """The file of failed attempts."""
        return self.updates / "tried.json"

    @property
    def update_ca(self) -> Path:
        """The certificate that updates are verified with."""
        return self.gate_toml.parent / UPDATE_CA


class OrderFollower:
    """Follows the orders, which it reads again at each step: they may change meanwhile.

    Raises:
        ConfigError: the gate is not set up.
    """

    def __init__(self, places: Places, gate: GateSystem) -> None:
        self._places = places
        self._gate = gate
        self.config: Config = load_effective(places.gate_toml).config

    def fetch(self, ask: Ask, pause: Callable[[float], object]) -> UpdateDecision:
        """Download the wanted update if it is time; return the decision after that."""
        wanted = self._wanted_update()
        found = self._decide(wanted)
        if wanted and found.step is UpdateStep.FETCH:
            try:
                fetch(wanted, self._places.bundles, ask, lambda: self._go_on(wanted), pause)
                self._forget()
            except FetchError as error:
                self._failed(wanted, error.fault, error)
        return self._report(self._wanted_update())

    def follow(self) -> UpdateDecision:
        """Install the downloaded update if it is time; return the decision after that."""
        orders = self._orders()
        self._take_key(orders)
        wanted = orders.update if orders else None
        found = self._decide(wanted)
        slots = self._gate.slots
        if found.step is UpdateStep.WITHDRAW:
            slots.set_bad(slots.running.other)
            log.info("update withdrawn")
        elif wanted and found.step is UpdateStep.INSTALL:
            self._install(wanted)
        return self._report(wanted)

    def _install(self, wanted: Update) -> None:
        bundle = bundle_path(self._places.bundles, wanted)
        if not is_whole(bundle, wanted):  # the SD card has damaged it since
            bundle.unlink(missing_ok=True)
            self._failed(wanted, UpdateFault.WRONG_BYTES, None)
            return
        window = Window.of(wanted, self.config.gate.timezone)
        try:
            install(bundle, self._gate, window, wanted.version)
        except RefusedError as error:
            if error.reason not in _NOT_YET:
                self._failed(wanted, UpdateFault(error.reason), error)
            return
        except WriteError as error:
            self._failed(wanted, UpdateFault.STORAGE, error)
            return
        except SchoolgateError as error:
            self._failed(wanted, UpdateFault.BAD_BUNDLE, error)
            return
        self._forget()
        log.info("update installed", version=wanted.version)
        tidy(self._places.bundles, None)
        self._report(wanted)
        tend(self._gate)  # it may be tried at once

    def _orders(self) -> Orders | None:
        payload = read_stored(self.config.ledger_path.parent).latest
        try:
            return read_orders(self.config, payload) if payload else None
        except ContractError as error:
            log.warning("orders", fault=str(error))
            return None

    def _wanted_update(self) -> Update | None:
        orders = self._orders()
        return orders.update if orders else None

    def _go_on(self, wanted: Update) -> bool:
        """Whether to continue the download; reports its progress."""
        self._write(wanted, self._decide(wanted))
        return self._wanted_update() == wanted and self._decide(wanted).step is UpdateStep.FETCH

    def _decide(self, wanted: Update | None) -> UpdateDecision:
        gate, folder = self._gate, self._places.updates
        state = state_file.recall(gate.slots.kept)
        now = gate.now()
        room = shutil.disk_usage(folder)
        return decide(
            wanted,
            UpdateKnowledge(
                running=gate.version,
                on_trial=state.pending is gate.slots.running,
                state=state,
                tried=self._tried(),
                held=held(self._places.bundles, wanted) if wanted else 0,
                whole=wanted is not None and bundle_path(self._places.bundles, wanted).exists(),
                free=room.free,
                total=room.total,
                has_key=self._places.update_ca.exists(),
                now=now.astimezone(ZoneInfo(self.config.gate.timezone)) if now else None,
                zone=self.config.gate.timezone,
            ),
        )

    def _report(self, wanted: Update | None) -> UpdateDecision:
        found = self._decide(wanted)
        tidy(self._places.bundles, wanted if found.keeps else None)
        self._write(wanted, found)
        return found

    def _write(self, wanted: Update | None, found: UpdateDecision) -> None:
        health = UpdateHealth(
            version=self._gate.version,
            wanted=wanted.version if wanted else "",
            stage=found.stage,
            fault=found.fault,
            fetched=held(self._places.bundles, wanted) if wanted and found.keeps else 0,
            given_up=sorted(state_file.recall(self._gate.slots.kept).given_up)[-20:],
        )
        try:
            write_file(self.config.update_status_path, health, 0o644)
        except OSError as error:
            log.error("status not written", error=str(error))  # noqa: TRY400

    def _take_key(self, orders: Orders | None) -> None:
        """Store the first update certificate that the district names.

        Another one can only be installed by hand: whoever takes over the bridge later cannot make
        gates run other software.
        """
        path = self._places.update_ca
        if orders is None or not orders.update_ca or path.exists():
            return
        try:
            x509.load_pem_x509_certificate(orders.update_ca.encode())
        except ValueError as error:
            log.warning("update certificate", fault=str(error))
            return
        path.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
        replace_file(path, orders.update_ca.encode(), 0o644)
        log.info("update certificate stored")

    def _tried(self) -> Tried:
        try:
            return msgspec.json.decode(self._places.tried.read_bytes(), type=Tried)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return Tried()

    def _failed(self, wanted: Update, fault: UpdateFault, error: Exception | None) -> None:
        log.warning("update", fault=fault, error=str(error) if error else "")
        tried = failed(self._tried(), wanted.number, fault)
        replace_file(self._places.tried, msgspec.json.encode(tried), 0o600)

    def _forget(self) -> None:
        tried = self._tried()
        if tried.fault:
            replace_file(
                self._places.tried, msgspec.json.encode(replace(tried, fault="", times=0)), 0o600
            )


def describe(found: UpdateDecision) -> str:
    """Return a decision as words for a technician."""
    return " ".join(filter(None, (found.stage, found.fault)))
