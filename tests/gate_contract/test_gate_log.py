"""A gate's log without anything that names a card or serves as a key."""

import pytest

from gate_contract.errors import ContractError
from gate_contract.gate_log import MAX_PAYLOAD_BYTES, GateLog, decode_log, encode_log, scrubbed


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ('{"event":"answered","verdicts":["admitted_in"]}', None),
        ('{"event":"roster","version":1790000000000}', None),
        ("card 00a1b2c3d4e5f607 seen", "card … seen"),
        ("read SG1:ABC9/+%*$ 12", "read … 12"),
        ("ticket SGT1:ABC", "ticket …"),
        ("key zZXECFdxKFP3Hn62JDQVaoZ7rR3X2j6FwfF7TRyN2QI=", "key …"),
    ],
)
def test_a_log_says_nothing_of_cards_or_keys(line: str, left: str | None) -> None:
    if "1790000000000" in line:
        assert "17900" not in scrubbed(line), "long numbers go too: nothing tells them from cards"
    else:
        assert scrubbed(line) == (line if left is None else left)


def test_a_log_that_is_too_long_loses_its_oldest_lines() -> None:
    log = GateLog(5, [f"{number} {'x' * 900}" for number in range(400)])
    made = encode_log(log)
    assert len(made) <= MAX_PAYLOAD_BYTES
    kept = decode_log(made).lines
    assert kept == log.lines[-len(kept) :]
    for bad in (b"{", b"[]", made + b"x", bytes(MAX_PAYLOAD_BYTES + 1)):
        with pytest.raises(ContractError):
            decode_log(bad)
