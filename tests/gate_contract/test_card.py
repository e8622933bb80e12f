"""The card: a signed card is verified, and nothing else is, whatever the camera has read."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_contract import base45
from gate_contract.card import BODY, DOMAIN, EPOCH, PREFIX, Card, CardKind, VerifiedCard, verify
from gate_contract.card_signing import card_signature, sign
from gate_contract.verdicts import CROSSINGS, REFUSALS, Verdict
from tests.gate_contract.examples import KEY_ID, cards, private_key, public_keys

CARD = Card("0123456789abcdef", CardKind.PUPIL, date(2026, 9, 5), date(2027, 9, 5))
TEXT = sign(CARD, KEY_ID, private_key()).encode()
DATA = base45.decode(TEXT.removeprefix(PREFIX))
DAMAGE = frozenset(
    {Verdict.NOT_A_PERSON_CARD, Verdict.UNREADABLE, Verdict.UNKNOWN_KEY, Verdict.BAD_SIGNATURE}
)


@given(cards())
def test_a_signed_card_is_verified(card: Card) -> None:
    text = sign(card, KEY_ID, private_key())
    found = verify(text.encode(), public_keys())
    assert isinstance(found, VerifiedCard)
    assert (found.card, found.signature) == (card, card_signature(text.encode()))


@given(cards())
def test_a_card_fills_a_version_5_code(card: Card) -> None:
    text = sign(card, KEY_ID, private_key())
    assert len(text) == 121
    assert set(text) <= set(base45.ALPHABET)


def _with_bit_flipped(data: bytes, bit: int) -> bytes:
    flipped = bytearray(data)
    flipped[bit // 8] ^= 1 << bit % 8
    return bytes(flipped)


def test_any_flipped_bit_of_the_text_is_refused() -> None:
    for bit in range(8 * len(TEXT)):
        assert verify(_with_bit_flipped(TEXT, bit), public_keys()) in DAMAGE, bit


def test_any_flipped_bit_of_what_it_carries_is_refused() -> None:
    for bit in range(8 * len(DATA)):
        text = PREFIX + base45.encode(_with_bit_flipped(DATA, bit)).encode()
        in_key_id = bit < 8
        refusal = Verdict.UNKNOWN_KEY if in_key_id else Verdict.BAD_SIGNATURE
        assert verify(text, public_keys()) is refusal, bit


@given(cards(), st.integers(2, 255))
def test_another_districts_key_is_a_bad_signature(card: Card, other: int) -> None:
    text = sign(card, KEY_ID, private_key(other))
    assert verify(text.encode(), public_keys()) is Verdict.BAD_SIGNATURE


@given(cards(), st.integers(0, 255).filter(lambda key_id: key_id != KEY_ID))
def test_a_key_id_that_the_gate_does_not_know(card: Card, key_id: int) -> None:
    text = sign(card, key_id, private_key())
    assert verify(text.encode(), public_keys()) is Verdict.UNKNOWN_KEY
    assert verify(text.encode(), {}) is Verdict.UNKNOWN_KEY


@given(st.binary(max_size=4096))
def test_any_bytes_are_not_our_card(code: bytes) -> None:
    verdict = verify(code, public_keys())
    assert verdict is Verdict.NOT_A_PERSON_CARD or code.startswith(PREFIX)


@given(st.binary(max_size=4096) | st.text(base45.ALPHABET, max_size=400).map(str.encode))
def test_any_bytes_that_begin_like_our_card_are_refused(rest: bytes) -> None:
    verdict = verify(PREFIX + rest, public_keys())
    assert isinstance(verdict, Verdict)
    assert verdict in DAMAGE <= REFUSALS
    assert verdict not in CROSSINGS


def _signed(body: bytes) -> bytes:
    return PREFIX + base45.encode(body + private_key().sign(DOMAIN + body)).encode()


def _body(kind: int = 1) -> bytes:
    return BODY.pack(KEY_ID, kind, bytes(8), 2440, 2805)


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        pytest.param(b"", Verdict.NOT_A_PERSON_CARD, id="nothing"),
        pytest.param(TEXT.lower(), Verdict.NOT_A_PERSON_CARD, id="lower_case"),
        pytest.param(b" " + TEXT, Verdict.NOT_A_PERSON_CARD, id="a_space_before"),
        pytest.param("SG1：".encode() + TEXT[4:], Verdict.NOT_A_PERSON_CARD, id="wide_colon"),
        pytest.param(b"SG2:" + TEXT[4:], Verdict.NOT_A_PERSON_CARD, id="a_later_version"),
        pytest.param(b"\0" * 4096, Verdict.NOT_A_PERSON_CARD, id="nul_bytes"),
        pytest.param(b"\xff\xfe\x80" * 1000, Verdict.NOT_A_PERSON_CARD, id="not_utf_8"),
        pytest.param(TEXT + b"\n", Verdict.UNREADABLE, id="a_line_feed_after"),
        pytest.param(TEXT + b"\0", Verdict.UNREADABLE, id="nul_after"),
        pytest.param(TEXT + b"000", Verdict.UNREADABLE, id="two_bytes_over"),
        pytest.param(TEXT + TEXT, Verdict.UNREADABLE, id="twice"),
        pytest.param(PREFIX, Verdict.UNREADABLE, id="prefix_only"),
        pytest.param(PREFIX + b"0" * 3000, Verdict.UNREADABLE, id="three_kilobytes"),
        pytest.param(PREFIX + "Nguyễn".encode(), Verdict.UNREADABLE, id="vietnamese"),
        pytest.param(_signed(_body(kind=0)), Verdict.UNREADABLE, id="genuine_of_kind_0"),
        pytest.param(_signed(_body(kind=99)), Verdict.UNREADABLE, id="genuine_of_kind_99"),
        pytest.param(
            PREFIX + base45.encode(_body() + private_key().sign(_body())).encode(),
            Verdict.BAD_SIGNATURE,
            id="signed_without_the_domain",
        ),
    ],
)
def test_named_damage(code: bytes, verdict: Verdict) -> None:
    assert verify(code, public_keys()) is verdict


@pytest.mark.parametrize(
    ("card", "key_id"),
    [
        pytest.param(CARD, -1, id="key_id_negative"),
        pytest.param(CARD, 256, id="key_id_beyond_a_byte"),
        pytest.param(Card("00", CardKind.PUPIL, EPOCH, EPOCH), 1, id="card_id_too_short"),
        pytest.param(Card("x" * 16, CardKind.PUPIL, EPOCH, EPOCH), 1, id="card_id_not_hex"),
        pytest.param(
            Card("0" * 16, CardKind.PUPIL, EPOCH + timedelta(1), EPOCH),
            1,
            id="ends_before_it_begins",
        ),
        pytest.param(
            Card("0" * 16, CardKind.PUPIL, date(2019, 12, 31), EPOCH), 1, id="begins_before_2020"
        ),
        pytest.param(
            Card("0" * 16, CardKind.PUPIL, EPOCH, date(2199, 6, 7)), 1, id="ends_after_2199"
        ),
    ],
)
def test_a_card_that_cannot_be_made(card: Card, key_id: int) -> None:
    with pytest.raises(ValueError, match=r"."):
        sign(card, key_id, private_key())
