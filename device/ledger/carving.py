"""Read what is left of a damaged SQLite file, without SQLite.

SQLite refuses a damaged page, and a damaged page of pointers hides all pages below it. Here every
page is parsed by itself; whether something that looks like a record is one, its chain hash decides.
Of the write-ahead log only committed pages count: a record that was never committed was never
answered, and its seq was given to another record.
"""

import struct
from collections.abc import Iterator
from pathlib import Path

from device.ledger.rows import decode
from gate_contract.crossing import Record

PAGE_SIZES = frozenset(512 << shift for shift in range(8))
_INTEGER_SIZES = (0, 1, 2, 3, 4, 6, 8)
_WAL_HEADER, _FRAME_HEADER = 32, 24

Row = tuple[object, ...]


def rows(path: Path) -> Iterator[Row]:
    """Yield everything in the file and its write-ahead log that looks like a row, rowid first."""
    data = path.read_bytes()
    size = _page_size(data)
    for start in range(0, len(data), size):
        yield from _rows_of_page(data[start : start + size], header_at=100 if start == 0 else 0)
    wal = path.with_name(f"{path.name}-wal")
    for page in _committed_pages(wal.read_bytes() if wal.exists() else b""):
        yield from _rows_of_page(page, header_at=0)
        yield from _rows_of_page(page, header_at=100)


def as_record(row: Row) -> tuple[Record, bytes] | None:
    """Return a row of the table `records` with its chain hash, None if it is another row."""
    try:
        record, chain = decode(row)
    except ValueError:
        return None
    return (record, chain) if isinstance(chain, bytes) and len(chain) == 32 else None


def as_name(row: Row) -> tuple[str, str] | None:
    """Return gate_id and ledger_id of a row of the table `ledger`, None if it is another row."""
    match row:
        case (1, str(gate_id), str(ledger_id), str()) if len(ledger_id) == 32:
            return gate_id, ledger_id
    return None


def _page_size(data: bytes) -> int:
    stated = int.from_bytes(data[16:18], "big")
    stated = 65_536 if stated == 1 else stated
    return stated if stated in PAGE_SIZES else 4_096


def _committed_pages(wal: bytes) -> Iterator[bytes]:
    if len(wal) < _WAL_HEADER:
        return
    magic, _, size = struct.unpack(">III", wal[:12])
    if magic & 0xFFFFFFFE != 0x377F0682 or size not in PAGE_SIZES:
        return
    order = ">" if magic & 1 else "<"
    salt = wal[16:24]
    sums = _checksum(order, wal[:24], (0, 0))
    pending: list[bytes] = []
    for start in range(_WAL_HEADER, len(wal) - _FRAME_HEADER - size + 1, _FRAME_HEADER + size):
        header = wal[start : start + _FRAME_HEADER]
        page = wal[start + _FRAME_HEADER : start + _FRAME_HEADER + size]
        sums = _checksum(order, page, _checksum(order, header[:8], sums))
        if header[8:16] != salt or struct.unpack(">II", header[16:]) != sums:
            return
        pending.append(page)
        if header[4:8] != bytes(4):  # the last frame of a transaction states the file's size
            yield from pending
            pending.clear()


def _checksum(order: str, data: bytes, sums: tuple[int, int]) -> tuple[int, int]:
    one, two = sums
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for first, second in zip(words[::2], words[1::2], strict=True):
        one = (one + first + two) & 0xFFFFFFFF
        two = (two + second + one) & 0xFFFFFFFF
    return one, two


def _rows_of_page(page: bytes, *, header_at: int) -> Iterator[Row]:
    """Yield the rows of a page, whatever its type: the type byte may be damaged itself."""
    cells = int.from_bytes(page[header_at + 3 : header_at + 5], "big")
    pointers = page[header_at + 8 : header_at + 8 + 2 * min(cells, len(page) // 4)]
    for (at,) in struct.iter_unpack(">H", pointers[: len(pointers) // 2 * 2]):
        try:
            yield _row(page, at)
        except (IndexError, ValueError, UnicodeDecodeError):
            continue


def _row(page: bytes, at: int) -> Row:
    length, at = _varint(page, at)
    rowid, at = _varint(page, at)
    payload = page[at : at + length]
    if len(payload) != length:
        raise ValueError("the row extends beyond its page")
    header_length, at = _varint(payload, 0)
    body, values = header_length, list[object]()
    while at < header_length:
        kind, at = _varint(payload, at)
        value, body = _value(payload, kind, body)
        values.append(value)
    if body != length or not values:
        raise ValueError("the row has another length than it states")
    return (rowid, *values[1:])  # SQLite stores the first column, the key, as the rowid


def _value(payload: bytes, kind: int, at: int) -> tuple[object, int]:
    if kind == 0:
        return None, at
    if kind in (8, 9):
        return kind - 8, at
    if kind < len(_INTEGER_SIZES):
        end = at + _INTEGER_SIZES[kind]
        return int.from_bytes(payload[at:end], "big", signed=True), end
    if kind < 12:
        raise ValueError("a ledger has no values of this type")
    end = at + (kind - 12) // 2
    return (payload[at:end].decode() if kind % 2 else payload[at:end]), end


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for step in range(8):
        byte = data[at + step]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + step + 1
    return value << 8 | data[at + 8], at + 9
