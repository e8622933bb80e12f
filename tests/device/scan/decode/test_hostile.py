"""Hostile images and payloads: each decoder survives, each payload has a stable code."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyzbar import pyzbar

from demo.scenes.card_art import modules
from device.scan.decode import Decoder
from device.scan.decode.attempt_chain import SingleImageDecoder
from device.scan.decode.stream import StreamDecoder
from device.scan.decode.zbar import PyzbarDecoder, ZbarDecoder
from device.scan.decode.zxing import ZxingDecoder
from device.scan.frames import Grey
from gate_contract.card import verify
from gate_contract.verdicts import REFUSALS
from tests.builders.code_pictures import (
    CARD,
    ECI,
    STRUCTURED_APPEND,
    foreign,
    headed,
    printed,
)

DECODERS = [ZxingDecoder(), PyzbarDecoder(), ZbarDecoder(), SingleImageDecoder()]
NAMES = "Nguyễn Thị Ánh Hồng".encode()
everyone = pytest.mark.parametrize("decoder", DECODERS, ids=lambda d: type(d).__name__)


def read(decoder: Decoder, image: Grey) -> list[bytes]:
    return [code.data for code in decoder.decode(image)]


@everyone
@pytest.mark.parametrize(("kind", "text"), [("MicroQRCode", "HELLO"), ("RMQRCode", "HELLO")])
def test_other_symbologies_are_no_codes(decoder: Decoder, kind: str, text: str) -> None:
    assert read(decoder, foreign(kind, text)) == []


@everyone
def test_version_40_is_read_and_is_no_person_card(decoder: Decoder) -> None:
    data = b"x" * 2329
    picture = printed(data, 4)
    assert len(modules(data)) == 177
    assert read(decoder, picture) == [data]
    assert verify(data, {}) in REFUSALS


@everyone
def test_a_structured_append_stops_nobody(
    decoder: Decoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = headed(monkeypatch, STRUCTURED_APPEND, 0x01, (0x55,), NAMES)
    with pytest.raises(ValueError, match="ZBarOrientation"):
        pyzbar.decode(part)
    assert read(decoder, part) in ([], [NAMES])
    assert read(decoder, printed(CARD)) == [CARD.encode()]


@pytest.mark.parametrize("decoder", [ZxingDecoder(), SingleImageDecoder()])
@pytest.mark.parametrize("designator", [3, 20, 26, 127])
def test_an_eci_does_not_change_the_bytes(
    decoder: Decoder, designator: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read(decoder, headed(monkeypatch, ECI, designator, (), NAMES)) in ([NAMES], [])


@pytest.mark.parametrize(
    "data",
    [NAMES, bytes(range(256)), b"\xff\xfe\xfd", b"\xc3\x28", "名前".encode("shift_jis"), b"\0"],
    ids=["vietnamese", "all", "no-utf8", "broken-utf8", "shift-jis", "nul"],
)
@pytest.mark.parametrize("decoder", [ZxingDecoder(), ZbarDecoder(), SingleImageDecoder()])
def test_bytes_come_as_they_were_printed(decoder: Decoder, data: bytes) -> None:
    assert read(decoder, printed(data)) == [data]
    assert verify(data, {}) in REFUSALS


def test_pyzbar_garbles_what_the_others_keep() -> None:
    data = bytes(range(256))
    assert read(PyzbarDecoder(), printed(data)) != [data]


def test_mutated_codes_are_read_right_or_not_at_all() -> None:
    rng = random.Random(3)
    clean = np.pad(modules(CARD), 4, constant_values=255)
    readers: list[Decoder] = [ZxingDecoder(), ZbarDecoder()]
    seen = {True: 0, False: 0}
    for _ in range(400):
        mutated = clean.copy()
        for _ in range(rng.choice((3, 20, 60, 150))):
            y, x = rng.randrange(4, 41), rng.randrange(4, 41)
            mutated[y, x] ^= 255
        picture = np.kron(mutated, np.ones((3, 3), np.uint8))
        for reader in readers:
            texts = read(reader, picture)
            assert texts in ([], [CARD.encode()])
            seen[bool(texts)] += 1
    assert min(seen.values()) > 50


@settings(max_examples=150, deadline=None)
@given(st.binary(min_size=1, max_size=300))
def test_any_payload_is_read_back_and_gets_a_stable_code(data: bytes) -> None:
    assert read(ZxingDecoder(), printed(data, 3)) == [data]
    assert verify(data, {}) in REFUSALS


def test_a_stream_of_hostile_frames_ends_with_a_card(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    frames = [
        rng.integers(0, 256, (480, 640), np.uint8),
        np.zeros((1, 1), np.uint8),
        np.zeros((2, 5000), np.uint8),
        np.full((480, 640), 255, np.uint8),
        np.indices((480, 640)).sum(axis=0).astype(np.uint8) % 2 * 255,
        foreign("MicroQRCode", "HELLO"),
        headed(monkeypatch, STRUCTURED_APPEND, 0x01, (0x55,), NAMES),
        printed(CARD, 5)[:, :150],
    ]
    decoder = StreamDecoder(lambda data: data == CARD.encode())
    for frame in frames * 3:
        assert not any(data == CARD.encode() for data in read(decoder, np.ascontiguousarray(frame)))
    assert read(decoder, printed(CARD, 5)) == [CARD.encode()]
