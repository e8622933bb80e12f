"""Write the board's revision into a device tree, as a Pi's firmware does.

Layout: the Devicetree Specification, chapter 5.
"""

import struct

REVISION_3B = 0xA02082
_BEGIN_NODE, _END_NODE, _PROPERTY, _END = (struct.pack(">I", token) for token in (1, 2, 3, 9))
_HEADER = struct.Struct(">10I")
_AFTER_ALL = _END_NODE + _END  # the root's end, and the tree's


def with_revision(tree: bytes, revision: int) -> bytes:
    """Return the flattened tree with `/system/linux,revision`.

    Raises:
        ValueError: the parts of `tree` are not in the usual order, structure before names.
    """
    magic, _, at, names_at, reserved, version, compatible, cpu, names_size, size = (
        _HEADER.unpack_from(tree)
    )
    nodes, names = tree[at : at + size], tree[names_at : names_at + names_size]
    if not nodes.endswith(_AFTER_ALL) or names_at < at + size:
        raise ValueError("not a flattened device tree as the kernel's build makes it")
    value = struct.pack(">III", 4, len(names), revision)
    node = _BEGIN_NODE + b"system\0\0" + _PROPERTY + value + _END_NODE
    nodes = nodes.removesuffix(_AFTER_ALL) + node + _AFTER_ALL
    names += b"linux,revision\0"
    names_at = at + len(nodes)
    total = names_at + len(names)
    header = (
        magic,
        total,
        at,
        names_at,
        reserved,
        version,
        compatible,
        cpu,
        len(names),
        len(nodes),
    )
    return _HEADER.pack(*header) + tree[_HEADER.size : at] + nodes + names
