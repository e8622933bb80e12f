"""The board's number in a device tree, written as a Pi's firmware does."""

import struct

import pytest

from tests.firmware_config.image.tree import with_revision


def a_tree() -> bytes:
    """Return a tree of `/` with the property `model`, and nothing else."""
    nodes = struct.pack(">I4sIII4sII", 1, b"", 3, 4, 0, b"Pi\0\0", 2, 9)
    names = b"model\0"
    at = 40 + 16
    sizes = (at + len(nodes) + len(names), at, at + len(nodes), 40, 17, 16, 0)
    return (
        struct.pack(">10I", 0xD00DFEED, *sizes, len(names), len(nodes)) + bytes(16) + nodes + names
    )


def test_the_number_is_added_and_nothing_is_lost() -> None:
    before, after = a_tree(), with_revision(a_tree(), 0xA02082)
    magic, total, at, names_at, *_, names_size, size = struct.unpack_from(">10I", after)
    assert (magic, total, names_at) == (0xD00DFEED, len(after), at + size)
    nodes, names = after[at : at + size], after[names_at : names_at + names_size]
    assert nodes[:24] == before[56 : 56 + 24]
    assert nodes[24:] == struct.pack(">I8sIIIIIII", 1, b"system", 3, 4, 6, 0xA02082, 2, 2, 9)
    assert names == b"model\0linux,revision\0"


def test_what_is_no_tree_is_refused() -> None:
    with pytest.raises(ValueError, match="not a flattened device tree"):
        with_revision(a_tree()[:-20] + bytes(20), 1)
