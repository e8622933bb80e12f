"""The bridge's word to a gate: everything up to here is committed at the district."""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from gate_contract.crossing import ChainHash, Hex128
from gate_contract.errors import ContractError


class Receipt(Struct, frozen=True, kw_only=True):
    """`stored_through`: the highest contiguous committed seq (0: nothing); `chain`: the hash there.

    Retained, so that a gate that was away hears at once where the bridge stands, and a bridge
    restored from a backup is noticed.
    """

    ledger_id: Hex128
    stored_through: Annotated[int, Meta(ge=0, le=2**53 - 1)]
    chain: ChainHash


def encode_receipt(receipt: Receipt) -> bytes:
    """The MQTT payload, JSON."""
    return msgspec.json.encode(receipt)


def decode_receipt(payload: bytes) -> Receipt:
    """Raises ContractError (`malformed`) on anything that is not a receipt."""
    try:
        return msgspec.json.decode(payload, type=Receipt)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ContractError("malformed", str(error)) from None
