"""Where the bridge finds its broker, and the files that identify it there."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class BrokerEndpoint:
    """Where the broker is and who we are: PEM files of the authority, our certificate and key."""

    host: str
    port: int
    ca: Path
    cert: Path
    key: Path
