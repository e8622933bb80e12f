"""The columns of the table `records`, and what stands in them."""

import msgspec

from gate_contract.crossing import PLAIN_FIELDS, Record, seal_hash

FIELDS = Record.__struct_fields__[:PLAIN_FIELDS]
COLUMNS = (*FIELDS, "chain", "sealed")
"""In the order of the file: a row of an earlier version ends with `chain`."""


def encode(record: Record, chain: bytes) -> tuple[object, ...]:
    """A row of `COLUMNS`."""
    return (*msgspec.structs.astuple(record)[:PLAIN_FIELDS], chain, record.sealed)


def decode(row: tuple[object, ...]) -> tuple[Record, object]:
    """The record and what stands as its chain hash. The seal is that of the sealed words as they
    are found, so that the chain proves them, too.

    Raises:
        ValueError: it is no row of `records`.
    """
    if not len(COLUMNS) - 1 <= len(row) <= len(COLUMNS):
        raise ValueError(f"it has {len(row)} columns")
    sealed = row[len(FIELDS) + 1] if len(row) == len(COLUMNS) else None
    fields = dict(zip(FIELDS, row[: len(FIELDS)], strict=True))
    if isinstance(sealed, bytes):
        fields |= {"sealed": sealed, "seal": seal_hash(sealed)}
    elif sealed is not None:
        raise ValueError("its sealed words are none")
    return msgspec.convert(fields, Record), row[len(FIELDS)]
