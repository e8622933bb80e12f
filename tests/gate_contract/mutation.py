"""Make hostile payloads: good ones, damaged by accident and on purpose.

A third of the mutants are noise, a third good bytes with bytes changed, a third good JSON with
values changed, so that they reach the checks behind the JSON parser. Seeded: a run can be repeated.
"""

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any, TypeVar

Payload = TypeVar("Payload", bytes, str)

HOSTILE: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    1,
    2,
    2**31,
    2**53,
    2**63,
    2**64,
    -(2**70),
    10**400,
    0.5,
    1e308,
    float("nan"),
    "",
    "0",
    "\0",
    "\n",
    "\ud800",
    "Nguyễn Thị Ánh",
    "x" * 600,
    "0" * 16,
    "0" * 32,
    "f" * 64,
    "trusted",
    "corrected",
    "clock_set",
    "admitted_in",
    "in",
    [],
    [[[[]]]],
    {},
    {"": {"": {}}},
]
TOKENS = [
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\\u0000",
    b"\\ud800",
    b"\\",
    b"\0",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xc0\xaf",
    b"\xef\xbb\xbf",
    b"1e999",
    b"-0",
    b"NaN",
    b"null",
    b"true",
    b"[" * 2_000,
    b'{"a":' * 400,
    b"9" * 400,
    b" " * 100,
]


def distinct(payloads: Iterable[Payload], wanted: int) -> Iterator[Payload]:
    """Yield the first `wanted` of `payloads`, without repetitions."""
    seen: set[int] = set()
    for payload in payloads:
        if len(seen) == wanted:
            return
        if hash(payload) not in seen:
            seen.add(hash(payload))
            yield payload


def mutants(good: Sequence[bytes], seed: int) -> Iterator[bytes]:
    """Yield payloads without end, made from the `good` ones and from nothing."""
    chance = random.Random(seed)
    trees = [json.loads(payload) for payload in good]
    for number in count():
        match number % 3:
            case 0:
                yield chance.randbytes(chance.randrange(1, 64))
            case 1:
                yield with_bytes_changed(chance.choice(good), chance)
            case _:
                tree = chance.choice(trees)
                for _ in range(chance.randrange(1, 4)):
                    tree = with_a_value_changed(tree, chance)
                yield json.dumps(tree).encode()


def with_bytes_changed(payload: bytes, chance: random.Random) -> bytes:
    """Make one to three changes, a third of which keep the length."""
    data = bytearray(payload)
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(6):
            case 0 | 1:
                if at < len(data):
                    data[at] ^= 1 << chance.randrange(8)
            case 2:
                del data[at : at + chance.randrange(1, 9)]
            case 3:
                data[at:at] = chance.choice(TOKENS)
            case 4:
                data[at:at] = data[: chance.randrange(20)]
            case _:
                del data[at:]
    return bytes(data)


def with_a_value_changed(tree: Any, chance: random.Random) -> Any:
    """Copy JSON with one field replaced, removed, or added anywhere in it."""
    copy = _deep(tree)
    node = copy
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = chance.choice(keys) if keys else None
        inner = node[key] if key is not None else None
        if not isinstance(inner, dict | list) or not inner or chance.random() < 0.2:
            break
        node = inner
    change = chance.randrange(10)
    if change == 0 and isinstance(node, dict):
        node[chance.choice(["later", "", "\0"])] = chance.choice(HOSTILE)
    elif change == 1 and isinstance(node, list):
        node.append(chance.choice(HOSTILE))
    elif key is None:
        pass
    elif change == 2:
        del node[key]
    elif change == 3 and isinstance(inner, int):
        node[key] = inner + chance.choice([-1, 1, 256])
    else:
        node[key] = chance.choice(HOSTILE)
    return copy


def _deep(tree: Any) -> Any:
    """Copy JSON; `copy.deepcopy` takes ten times as long."""
    if isinstance(tree, dict):
        return {key: _deep(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [_deep(value) for value in tree]
    return tree
