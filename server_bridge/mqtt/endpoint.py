"""Describe the broker's address and the certificate files of the bridge."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class BrokerEndpoint:
    """The broker's address, and PEM files: the authority's certificate, our certificate and key."""

    host: str
    port: int
    ca: Path
    cert: Path
    key: Path
