"""A gate's configuration as the district wants it now: `gate.toml`, and over it the settings that
are in force. What is not signed by a key of `gate.toml` changes nothing."""

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
    """The configuration to go by. `settings_version` is 0 where `gate.toml` alone holds; `fault`
    says why the kept settings are not believed."""

    config: Config
    settings_version: int = 0
    fault: str = ""


def load_effective(path: Path) -> EffectiveConfig:
    """Raises ConfigError: there is no usable `gate.toml`."""
    return apply_stored_settings(load(path))


def apply_stored_settings(config: Config) -> EffectiveConfig:
    """`config` with the settings that are kept beside its ledger."""
    payload = read_stored(config.ledger_path.parent).in_force
    if not payload:
        return EffectiveConfig(config)
    try:
        orders = read_orders(config, payload)
        return EffectiveConfig(with_settings(config, orders.settings), orders.settings.version)
    except (ContractError, ConfigError) as error:
        return EffectiveConfig(config, fault=f"the kept settings are not believed: {error}")


def read_orders(config: Config, payload: bytes) -> Orders:
    """Orders for this gate. Raises ContractError."""
    return verify(payload, config.order_keys, config.gate.id)


def with_settings(config: Config, settings: ManagedSettings) -> Config:
    """Raises ConfigError: this gate cannot go by them."""
    papers = settings.visitors
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
            accept=papers.accept if papers else [],
            key=gate_files.base64_text(papers.key) if papers else "",
            seal_to=gate_files.base64_text(papers.seal_to) if papers else "",
        ),
    )
    check(made)
    return made


def _texts(keys: dict[int, bytes]) -> dict[str, str]:
    return {str(key_id): gate_files.base64_text(key) for key_id, key in keys.items()}
