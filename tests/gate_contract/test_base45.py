"""Base45: every byte string has one text, every text at most one byte string."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_contract import base45

texts = st.text(base45.ALPHABET, max_size=200).map(str.encode)


@given(st.binary(max_size=300))
def test_what_is_encoded_is_decoded(data: bytes) -> None:
    text = base45.encode(data)
    assert set(text) <= set(base45.ALPHABET)
    assert base45.decode(text.encode()) == data


@given(texts)
def test_a_text_that_decodes_is_the_text_of_what_it_decodes_to(text: bytes) -> None:
    try:
        data = base45.decode(text)
    except ValueError:
        return
    assert base45.encode(data).encode() == text


def test_every_group_of_two_and_three_characters_once() -> None:
    """Decode all of the 45**2 and a dense part of the 45**3 groups: no two give the same bytes."""
    alphabet = base45.ALPHABET.encode()
    seen: dict[bytes, bytes] = {}
    refused = 0
    pairs = [bytes([a, b]) for a in alphabet for b in alphabet]
    for group in [*pairs, *(pair + bytes([c]) for pair in pairs[::7] for c in alphabet)]:
        try:
            data = base45.decode(group)
        except ValueError:
            refused += 1
            continue
        assert seen.setdefault(data, group) == group
    assert len([data for data in seen if len(data) == 1]) == 256
    assert refused > 45**2 - 256


@given(st.binary(max_size=4096))
def test_any_bytes_decode_or_raise_value_error(text: bytes) -> None:
    try:
        base45.decode(text)
    except ValueError:
        return


@pytest.mark.parametrize(
    ("text", "data"), [("BB8", b"AB"), ("%69 VD92EX0", b"Hello!!"), ("QED8WEX0", b"ietf!")]
)
def test_the_examples_of_rfc_9285(text: str, data: bytes) -> None:
    assert base45.encode(data) == text
    assert base45.decode(text.encode()) == data


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"GGW", id="65536_in_three_characters"),
        pytest.param(b":::", id="the_largest_group"),
        pytest.param(b"V5", id="256_in_two_characters"),
        pytest.param(b"BB8A", id="one_character_over"),
        pytest.param(b"bb8", id="lower_case"),
        pytest.param(b"BB8\n", id="line_feed"),
        pytest.param(b"B\0B", id="nul"),
        pytest.param("BB８".encode(), id="a_full_width_digit"),
    ],
)
def test_texts_that_no_encoder_makes_are_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match="Base45"):
        base45.decode(text)
