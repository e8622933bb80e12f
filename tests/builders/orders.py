"""Orders of a synthetic district for one gate."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gate_contract.orders import LogRequest, ManagedSettings, Orders, Update
from gate_contract.orders_signing import sign

GATE_ID = "vg-phungcong-01"
KEY_ID = 3
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()


def settings(version: int = 1, **changes: Any) -> ManagedSettings:
    told: dict[str, Any] = {
        "version": version,
        "school": "Trường THCS A",
        "timezone": "Asia/Ho_Chi_Minh",
        "broker_host": "broker.example.vn",
        "broker_port": 8883,
        "card_keys": {1: PUBLIC},
        "order_keys": {KEY_ID: PUBLIC},
    }
    return ManagedSettings(**{**told, **changes})


def orders(
    version: int,
    wanted: ManagedSettings | None = None,
    *,
    gate_id: str = GATE_ID,
    update: Update | None = None,
    logs: LogRequest | None = None,
) -> Orders:
    return Orders(
        version=version,
        gate_id=gate_id,
        settings=wanted or settings(version),
        update=update,
        logs=logs,
    )


def payload(made: Orders, key: Ed25519PrivateKey = KEY, key_id: int = KEY_ID) -> bytes:
    return sign(made, key_id, key)
