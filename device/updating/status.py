"""What became of updates, for gate-uplink to tell the district: a small file in memory, written by
root, as `device.status` is written by gate-scan."""

from pathlib import Path

import msgspec

from device.config import Config
from gate_contract.health import UpdateHealth

NAME = "update.json"


def path_of(config: Config) -> Path:
    """A folder of root's, beside that of gate-scan."""
    run_dir = config.path(config.gate.run_dir)
    return run_dir.with_name(f"{run_dir.name}-update") / NAME


def write(path: Path, health: UpdateHealth) -> None:
    """Replace the file as a whole; everybody may read it. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_bytes(msgspec.json.encode(health))
    draft.chmod(0o644)
    draft.replace(path)


def read(path: Path) -> UpdateHealth | None:
    """What was written last since the boot; None where this gate is not updated from afar."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=UpdateHealth)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
