"""What a gate needs to go into service: its configuration, certificate and the district's keys."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from gate_contract.errors import SchoolgateError


@dataclass(frozen=True, slots=True)
class VisitorIds:
    """The papers that let a visitor in without a card, the school's key, the district's key."""

    accept: tuple[str, ...]
    key: bytes
    seal_to: X25519PublicKey


@dataclass(frozen=True, slots=True)
class Bundle:
    """One gate's. The three PEM texts are its certificate, its private key and the authority."""

    gate_id: str
    direction: str
    timezone: str
    broker_host: str
    broker_port: int
    card_keys: Mapping[int, Ed25519PublicKey]
    order_keys: Mapping[int, Ed25519PublicKey]
    cert_pem: bytes
    key_pem: bytes
    ca_pem: bytes
    visitors: VisitorIds | None = None


def write(folder: Path, bundle: Bundle) -> Path:
    """Write `gate.toml` and `tls/` into a new folder, for a gate's `/etc/schoolgate`.

    Returns the path of `gate.toml`. Raises SchoolgateError if the folder holds something already.
    """
    tls = folder / "tls"
    try:
        if folder.exists() and any(folder.iterdir()):
            raise SchoolgateError(f"{folder} is not empty; choose another folder for the bundle")
        tls.mkdir(mode=0o700, parents=True)
        for name, pem in (
            ("ca.pem", bundle.ca_pem),
            ("cert.pem", bundle.cert_pem),
            ("key.pem", bundle.key_pem),
        ):
            (tls / name).touch(mode=0o600)
            (tls / name).write_bytes(pem)
        configuration = folder / "gate.toml"
        configuration.write_text(_configuration(bundle), "utf-8")
        configuration.chmod(0o644)  # gate-scan reads it, whoever copied it
    except OSError as error:
        raise SchoolgateError(f"{folder}: {error.strerror}; choose a folder you own") from error
    return configuration


def key_lines(keys: Mapping[int, Ed25519PublicKey]) -> str:
    """Public keys by key_id, as a table of `gate.toml` has them."""
    return "\n".join(
        f'{key_id} = "{base64.b64encode(key.public_bytes_raw()).decode()}"'
        for key_id, key in sorted(keys.items())
    )


def _configuration(bundle: Bundle) -> str:
    # A JSON string of these values is a TOML string.
    return f"""\
# Made by `gate-bridge gate add`. All other settings and their defaults: gate config sample

[gate]
id = {json.dumps(bundle.gate_id)}
direction = {json.dumps(bundle.direction)}
timezone = {json.dumps(bundle.timezone)}

[cards.keys]
{key_lines(bundle.card_keys)}

[orders.keys]
{key_lines(bundle.order_keys)}

[broker]
host = {json.dumps(bundle.broker_host)}
port = {bundle.broker_port}
{_visitors(bundle.visitors) if bundle.visitors else ""}"""


def _visitors(visitors: VisitorIds) -> str:
    return f"""
[visitors]
accept = {json.dumps(visitors.accept)}
key = "{base64.b64encode(visitors.key).decode()}"
seal_to = "{base64.b64encode(visitors.seal_to.public_bytes_raw()).decode()}"
"""
