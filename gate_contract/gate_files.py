"""What a gate needs to go into service: its configuration, certificate and the district's keys."""

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from gate_contract.errors import SchoolgateError
from gate_contract.orders import ManagedSettings

REPEAT_WINDOW_S = 5.0
"""A gate's own default."""

Value = str | int | float | bool | list[str]
Tables = Mapping[str, Mapping[str, Value]]
"""The tables of a TOML file by name; values are such as TOML and JSON write alike."""


@dataclass(frozen=True, slots=True)
class VisitorAdmission:
    """The papers that let a visitor in without a card, the school's key, the district's key."""

    accept: tuple[str, ...]
    key: bytes
    seal_to: X25519PublicKey


@dataclass(frozen=True, slots=True)
class GateFiles:
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
    visitors: VisitorAdmission | None = None
    repeat_window_s: float = REPEAT_WINDOW_S


def from_settings(
    gate_id: str, settings: ManagedSettings, *, cert_pem: bytes, key_pem: bytes, ca_pem: bytes
) -> GateFiles:
    """The bundle of a gate with these settings."""
    papers = settings.visitors
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
            tuple(papers.accept), papers.key, X25519PublicKey.from_public_bytes(papers.seal_to)
        )
        if papers
        else None,
    )


def public_keys(raw: Mapping[int, bytes]) -> dict[int, Ed25519PublicKey]:
    """Keys of 32 bytes each. Raises ValueError."""
    return {key_id: Ed25519PublicKey.from_public_bytes(key) for key_id, key in raw.items()}


def write(folder: Path, bundle: GateFiles) -> Path:
    """Write `gate.toml` and `tls/` into a new folder, for a gate's `/etc/schoolgate`.

    Returns the path of `gate.toml`. Raises SchoolgateError if the folder holds something already.
    """
    try:
        if folder.exists() and any(folder.iterdir()):
            raise SchoolgateError(f"{folder} is not empty; choose another folder for the bundle")
        return fill(folder, bundle)
    except OSError as error:
        raise SchoolgateError(f"{folder}: {error.strerror}; choose a folder you own") from error


def fill(folder: Path, bundle: GateFiles, hardware: Tables | None = None) -> Path:
    """`write` into a folder that may be there already; `gate.toml` appears last, and whole.

    `hardware` are further settings, as they are for this gate's camera and pins. Raises
    OSError.
    """
    tls = folder / "tls"
    tls.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, pem in (
        ("ca.pem", bundle.ca_pem),
        ("cert.pem", bundle.cert_pem),
        ("key.pem", bundle.key_pem),
    ):
        put(tls / name, pem, 0o600)
    configuration = folder / "gate.toml"
    put(configuration, _configuration(bundle, hardware or {}).encode(), 0o644)  # gate-scan reads it
    return configuration


def put(path: Path, content: bytes, mode: int) -> None:
    """Replace a file as a whole; a power cut leaves the old or the new one."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=mode)
    draft.chmod(mode)
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def key_lines(keys: Mapping[int, Ed25519PublicKey]) -> str:
    """Public keys by key_id, as a table of `gate.toml` has them."""
    return "\n".join(f'{key_id} = "{key}"' for key_id, key in _key_table(keys).items())


def toml(tables: Tables) -> str:
    """The tables as text, each table once, in order."""
    parts = []
    for name, table in tables.items():
        # A JSON string, number, truth value or list of these is TOML too.
        lines = [f"{key} = {json.dumps(value)}" for key, value in table.items()]
        parts.append("\n".join([f"[{name}]", *lines]))
    return "\n\n".join(parts) + "\n"


def _configuration(bundle: GateFiles, hardware: Tables) -> str:
    tables: dict[str, dict[str, Value]] = {
        "gate": {
            "id": bundle.gate_id,
            "direction": bundle.direction,
            "timezone": bundle.timezone,
        },
        "cards.keys": _key_table(bundle.card_keys),
        "orders.keys": _key_table(bundle.order_keys),
        "broker": {"host": bundle.broker_host, "port": bundle.broker_port},
    }
    if bundle.repeat_window_s != REPEAT_WINDOW_S:
        tables["gate"]["repeat_window_s"] = bundle.repeat_window_s
    if bundle.visitors:
        tables["visitors"] = _visitors(bundle.visitors)
    for name, table in hardware.items():
        tables[name] = {**table, **tables.get(name, {})}
    head = "# Made by `gate-bridge gate add`. All other settings and their defaults: "
    return f"{head}gate config sample\n\n{toml(tables)}"


def _key_table(keys: Mapping[int, Ed25519PublicKey]) -> dict[str, Value]:
    return {
        str(key_id): base64_text(key.public_bytes_raw()) for key_id, key in sorted(keys.items())
    }


def _visitors(visitors: VisitorAdmission) -> dict[str, Value]:
    return {
        "accept": list(visitors.accept),
        "key": base64_text(visitors.key),
        "seal_to": base64_text(visitors.seal_to.public_bytes_raw()),
    }


def base64_text(data: bytes) -> str:
    """As keys stand in `gate.toml`."""
    return base64.b64encode(data).decode()
