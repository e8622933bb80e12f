"""The configuration of a gate without identity: camera, pins and folders, from its boot partition.

`hardware.toml` in the folder `schoolgate` of the boot partition holds what differs from the
defaults of `gate.toml`: how the gates of this SD card are built. It may be missing.
"""

import base64
import tomllib
from pathlib import Path

from device.config import Config, ConfigError, parse
from gate_contract.gate_files import Tables, toml

HARDWARE_NAME = "hardware.toml"
DISTRICT_NAME = "district.pub"
SECTIONS = frozenset({"camera", "decoder", "signals", "clock", "gate"})
OF_GATE = frozenset({"language", "state_dir", "run_dir", "keep_days"})
NOBODY = "not-set-up"


def read_hardware(boot: Path) -> Tables:
    """Return the tables of `hardware.toml`; none if there is no such file.

    Raises:
        ConfigError: it is not TOML, or sets what only the district may set.
    """
    path = boot / HARDWARE_NAME
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: {error}. Write it as in: gate config sample") from error
    foreign = [name for name in tables if name not in SECTIONS]
    foreign += [f"gate.{key}" for key in tables.get("gate", {}) if key not in OF_GATE]
    if foreign:
        raise ConfigError(
            f"{path}: {', '.join(foreign)} is not a hardware setting; the district decides it"
        )
    return tables


def nobodys_config(hardware: Tables, folder: Path) -> Config:
    """Return the configuration of a gate that can see and signal, but has no identity.

    Raises:
        ConfigError: the hardware settings are unusable.
    """
    tables = {
        **hardware,
        "gate": {**hardware.get("gate", {}), "id": NOBODY},
        "cards.keys": {"0": "A" * 43 + "="},
        "broker": {"host": NOBODY},
    }
    return parse(toml(tables).encode(), folder)


def district_key(boot: Path) -> bytes | None:
    """Return the key of the district that this SD card is for, None if it is for any district.

    It is base64, as in `[orders.keys]`.

    Raises:
        ConfigError: the file exists and cannot be read: then no ticket is trusted.
    """
    path = boot / DISTRICT_NAME
    try:
        key = base64.b64decode(path.read_text("ascii").strip(), validate=True)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: {error}; copy it from: gate-bridge gate keys") from error
    if len(key) != 32:
        raise ConfigError(f"{path}: a key has 32 bytes; copy it from: gate-bridge gate keys")
    return key
