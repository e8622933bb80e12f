"""Counts of a unit on the wire."""

import msgspec
from hypothesis import given

from gate_contract.counts import UnitCounts, encode_counts
from tests.gate_contract.examples import unit_counts


@given(unit_counts)
def test_counts_survive_the_wire(counts: UnitCounts) -> None:
    assert msgspec.json.decode(encode_counts(counts), type=UnitCounts) == counts


@given(unit_counts)
def test_counts_speak_of_in_and_out(counts: UnitCounts) -> None:
    told = msgspec.json.decode(encode_counts(counts))
    assert (told["in"], told["out"]) == (counts.entered, counts.left)
    for kind, of_kind in counts.by_kind.items():
        assert told["by_kind"][kind] == {
            "inside": of_kind.inside,
            "in": of_kind.entered,
            "out": of_kind.left,
        }
