"""The bridge's receipt to a gate: all records up to a seq are committed at the district."""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from gate_contract.crossing import ChainHash, Hex128
from gate_contract.errors import ContractError


class Receipt(Struct, frozen=True, kw_only=True):
    """A receipt.

    `stored_through` is the highest contiguous committed seq (0: nothing), `chain` the hash there.
    It is retained, so that a gate that was offline gets the bridge's state at once, and notices a
    bridge that was restored from a backup.
    """

    ledger_id: Hex128
    stored_through: Annotated[int, Meta(ge=0, le=2**53 - 1)]
    chain: ChainHash


def encode_receipt(receipt: Receipt) -> bytes:
    """Return the MQTT payload (JSON)."""
    return msgspec.json.encode(receipt)


def decode_receipt(payload: bytes) -> Receipt:
    """Return the receipt in a payload. Raises ContractError (`malformed`)."""
    try:
        return msgspec.json.decode(payload, type=Receipt)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ContractError("malformed", str(error)) from None
