"""Compute the files that put a gate into service: `gate.toml` and its three PEM files.

The functions return contents; the gate and the district write them.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from gate_contract.orders import ManagedSettings

REPEAT_WINDOW_S = 5.0
"""The default of a gate; it is not written into `gate.toml`."""

Value = str | int | float | bool | list[str]
Tables = Mapping[str, Mapping[str, Value]]
"""The tables of a TOML file by name. Their values are written alike in TOML and in JSON."""


@dataclass(frozen=True, slots=True)
class VisitorAdmission:
    """Accepted ID documents, the school's pseudonym key and the district's sealing key."""

    accept: tuple[str, ...]
    key: bytes
    seal_to: X25519PublicKey


@dataclass(frozen=True, slots=True)
class GateFiles:
    """Settings and keys of one gate, with its certificate, private key and authority as PEM."""

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
    visitors: VisitorAdmission | None = None
    repeat_window_s: float = REPEAT_WINDOW_S


@dataclass(frozen=True, slots=True)
class FileContent:
    """A file to write. `name` is relative to the gate's configuration folder."""

    name: str
    content: bytes
    mode: int


def from_settings(
    gate_id: str, settings: ManagedSettings, *, cert_pem: bytes, key_pem: bytes, ca_pem: bytes
) -> GateFiles:
    """Return the files of a gate with these settings. Raises ValueError if a key is unusable."""
    visitors = settings.visitors
    return GateFiles(
        gate_id=gate_id,
        direction=settings.direction,
        timezone=settings.timezone,
        repeat_window_s=settings.repeat_window_s,
        broker_host=settings.broker_host,
        broker_port=settings.broker_port,
        card_keys=public_keys(settings.card_keys),
        order_keys=public_keys(settings.order_keys),
        cert_pem=cert_pem,
        key_pem=key_pem,
        ca_pem=ca_pem,
        visitors=VisitorAdmission(
            tuple(visitors.accept),
            visitors.key,
            X25519PublicKey.from_public_bytes(visitors.seal_to),
        )
        if visitors
        else None,
    )


def public_keys(raw: Mapping[int, bytes]) -> dict[int, Ed25519PublicKey]:
    """Load keys of 32 bytes each. Raises ValueError if one has another length."""
    return {key_id: Ed25519PublicKey.from_public_bytes(key) for key_id, key in raw.items()}


def file_contents(files: GateFiles, hardware: Tables | None = None) -> tuple[FileContent, ...]:
    """Return the files in the order in which they are to be written: `gate.toml` is the last.

    Services start when `gate.toml` exists. `hardware` holds further settings, for the gate's camera
    and pins. gate-scan reads `gate.toml`, hence its mode; the PEM files are for gate-uplink only.
    """
    return (
        FileContent("tls/ca.pem", files.ca_pem, 0o600),
        FileContent("tls/cert.pem", files.cert_pem, 0o600),
        FileContent("tls/key.pem", files.key_pem, 0o600),
        FileContent("gate.toml", _configuration(files, hardware or {}).encode(), 0o644),
    )


def key_lines(keys: Mapping[int, Ed25519PublicKey]) -> str:
    """Return public keys as lines of a `[*.keys]` table of `gate.toml`."""
    return "\n".join(f'{key_id} = "{key}"' for key_id, key in _key_table(keys).items())


def toml(tables: Tables) -> str:
    """Return the tables as TOML text, each table once, in order."""
    parts = []
    for name, table in tables.items():
        # A JSON string, number, truth value or list of these is TOML too.
        lines = [f"{key} = {json.dumps(value)}" for key, value in table.items()]
        parts.append("\n".join([f"[{name}]", *lines]))
    return "\n\n".join(parts) + "\n"


def base64_text(data: bytes) -> str:
    """Return `data` in base64, the notation of keys in `gate.toml`."""
    return base64.b64encode(data).decode()


def _configuration(files: GateFiles, hardware: Tables) -> str:
    tables: dict[str, dict[str, Value]] = {
        "gate": {"id": files.gate_id, "direction": files.direction, "timezone": files.timezone},
        "cards.keys": _key_table(files.card_keys),
        "orders.keys": _key_table(files.order_keys),
        "broker": {"host": files.broker_host, "port": files.broker_port},
    }
    if files.repeat_window_s != REPEAT_WINDOW_S:
        tables["gate"]["repeat_window_s"] = files.repeat_window_s
    if files.visitors:
        tables["visitors"] = {
            "accept": list(files.visitors.accept),
            "key": base64_text(files.visitors.key),
            "seal_to": base64_text(files.visitors.seal_to.public_bytes_raw()),
        }
    for name, table in hardware.items():
        tables[name] = {**table, **tables.get(name, {})}
    head = "# Made by `gate-bridge gate add`. All other settings and their defaults: "
    return f"{head}gate config sample\n\n{toml(tables)}"


def _key_table(keys: Mapping[int, Ed25519PublicKey]) -> dict[str, Value]:
    return {
        str(key_id): base64_text(key.public_bytes_raw()) for key_id, key in sorted(keys.items())
    }
