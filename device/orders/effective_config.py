"""The configuration in use: `gate.toml`, overlaid by the district's settings that are in force.

Orders that are not signed by a key of `gate.toml` change nothing.
"""

from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from device.config import Config, ConfigError, check, load
from device.orders.store import read_stored
from gate_contract import gate_files
from gate_contract.errors import ContractError
from gate_contract.orders import ManagedSettings, Orders, verify


@dataclass(frozen=True, slots=True)
class EffectiveConfig:
    """The configuration in use.

    `settings_version` is 0 if only `gate.toml` applies; `fault` says why stored settings are
    refused.
    """

    config: Config
    settings_version: int = 0
    fault: str = ""


def load_effective(path: Path) -> EffectiveConfig:
    """Return the configuration in use. Raises ConfigError if `gate.toml` is unusable."""
    return apply_stored_settings(load(path))


def apply_stored_settings(config: Config) -> EffectiveConfig:
    """Return `config` with the settings that are stored beside its ledger."""
    payload = read_stored(config.ledger_path.parent).in_force
    if not payload:
        return EffectiveConfig(config)
    try:
        orders = read_orders(config, payload)
        return EffectiveConfig(with_settings(config, orders.settings), orders.settings.version)
    except (ContractError, ConfigError) as error:
        return EffectiveConfig(config, fault=f"the stored settings are refused: {error}")


def read_orders(config: Config, payload: bytes) -> Orders:
    """Return the orders for this gate in a payload. Raises ContractError."""
    return verify(payload, config.order_keys, config.gate.id)


def with_settings(config: Config, settings: ManagedSettings) -> Config:
    """Return `config` with these settings. Raises ConfigError if the gate cannot use them."""
    visitors = settings.visitors
    made = replace(
        config,
        gate=replace(
            config.gate,
            direction=settings.direction,
            timezone=settings.timezone,
            repeat_window_s=settings.repeat_window_s,
        ),
        cards=replace(config.cards, keys=_texts(settings.card_keys)),
        orders=replace(config.orders, keys=_texts(settings.order_keys)),
        broker=replace(config.broker, host=settings.broker_host, port=settings.broker_port),
        visitors=replace(
            config.visitors,
            accept=visitors.accept if visitors else [],
            key=gate_files.base64_text(visitors.key) if visitors else "",
            seal_to=gate_files.base64_text(visitors.seal_to) if visitors else "",
        ),
    )
    check(made)
    return made


def _texts(keys: dict[int, bytes]) -> dict[str, str]:
    return {str(key_id): gate_files.base64_text(key) for key_id, key in keys.items()}
