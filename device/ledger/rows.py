"""The columns of the table `records`, and the conversion of records to rows and back."""

import msgspec

from gate_contract.crossing import PLAIN_FIELDS, Record, seal_hash

FIELDS = Record.__struct_fields__[:PLAIN_FIELDS]
COLUMNS = (*FIELDS, "chain", "sealed")
"""In the order of the file: a row of an earlier version ends with `chain`."""


def encode(record: Record, chain: bytes) -> tuple[object, ...]:
    """Return a record as a row of `COLUMNS`."""
    return (*msgspec.structs.astuple(record)[:PLAIN_FIELDS], chain, record.sealed)


def decode(row: tuple[object, ...]) -> tuple[Record, object]:
    """Return the record of a row, and its stored chain hash.

    `seal` is computed from the stored `sealed` details, so that the chain proves these, too.

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
        raise ValueError("the sealed details have another type")
    return msgspec.convert(fields, Record), row[len(FIELDS)]
