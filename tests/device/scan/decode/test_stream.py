import random

import numpy as np
import pytest

from benchmarks.gate.repertoire import card_text
from demo.scenes.showing import Showing, shoot
from device.scan.decode import Decoder
from device.scan.decode.confirmation import SEEN_TIMES, ConfirmingDecoder
from device.scan.decode.stream import StreamDecoder
from device.scan.decode.zbar import PyzbarDecoder
from device.scan.decode.zxing import ZxingDecoder
from device.scan.frames import Grey
from tests.builders.code_pictures import CARD, OTHER, noisy, pasted, printed, street

SCENE = street()
CODE = printed(CARD, 3)


def is_card(data: bytes) -> bool:
    return data.startswith(b"SG1:")


def warmed_up(decoder: StreamDecoder, scene: Grey = SCENE) -> StreamDecoder:
    for number in range(20):
        assert decoder.decode(noisy(scene, 2.0, number)) == []
    return decoder


def data(decoder: StreamDecoder, image: Grey) -> list[bytes]:
    return [code.data for code in decoder.decode(noisy(image, 2.0, 1))]


def test_a_card_is_read_in_the_frame_that_shows_it() -> None:
    decoder = warmed_up(StreamDecoder(is_card))
    codes = decoder.decode(pasted(SCENE, CODE, 500, 150))
    assert [code.data for code in codes] == [CARD.encode()]
    xs, ys = zip(*codes[0].corners, strict=True)
    assert min(xs) == pytest.approx(512, abs=5)
    assert min(ys) == pytest.approx(162, abs=5)


def test_a_card_is_followed_as_it_moves_and_forgotten_when_it_is_gone() -> None:
    decoder = warmed_up(StreamDecoder(is_card))
    for step in range(12):
        moved = pasted(SCENE, CODE, 200 + 25 * step, 100 + 12 * step)
        assert data(decoder, moved) == [CARD.encode()]
    for _ in range(40):
        assert data(decoder, SCENE) == []


def test_a_card_already_there_at_the_start_is_read() -> None:
    assert data(StreamDecoder(is_card), pasted(SCENE, CODE, 500, 150)) == [CARD.encode()]


def test_a_card_held_perfectly_still_stays_in_view() -> None:
    decoder = warmed_up(StreamDecoder(is_card))
    held = pasted(SCENE, CODE, 500, 150)
    assert all(data(decoder, held) == [CARD.encode()] for _ in range(60))


def test_several_cards_in_a_frame_are_each_read_once() -> None:
    rng = random.Random(5)
    texts = [card_text(rng) for _ in range(4)]
    decoder = warmed_up(StreamDecoder(is_card))
    picture = SCENE
    for place, text in enumerate(texts):
        picture = pasted(picture, printed(text, 3), 40 + 220 * place, 150)
    picture = pasted(picture, printed(texts[0], 3), 400, 330)
    read: list[bytes] = []
    for _ in range(4):
        read = data(decoder, picture)
    assert sorted(read) == sorted(text.encode() for text in texts)


def test_a_second_card_beside_the_first_is_found_soon() -> None:
    decoder = warmed_up(StreamDecoder(is_card))
    first = pasted(SCENE, CODE, 100, 150)
    both = pasted(first, printed(OTHER, 3), 600, 150)
    for _ in range(5):
        assert data(decoder, first) == [CARD.encode()]
    seen = {text for _ in range(4) for text in data(decoder, both)}
    assert seen == {CARD.encode(), OTHER.encode()}


def test_another_card_in_the_same_place_is_another_card() -> None:
    decoder = warmed_up(StreamDecoder(is_card))
    for _ in range(5):
        data(decoder, pasted(SCENE, CODE, 500, 150))
    swapped = pasted(SCENE, printed(OTHER, 3), 500, 150)
    assert [data(decoder, swapped) for _ in range(3)] == [[OTHER.encode()]] * 3


def test_what_is_no_card_waits_for_several_frames() -> None:
    decoder = warmed_up(StreamDecoder(is_card))
    poster = pasted(SCENE, printed("https://example.org/poster", 4), 500, 150)
    answers = [data(decoder, poster) for _ in range(SEEN_TIMES + 2)]
    assert answers[: SEEN_TIMES - 1] == [[]] * (SEEN_TIMES - 1)
    assert answers[-1] == [b"https://example.org/poster"]


def test_a_misread_of_one_frame_is_never_handed_on() -> None:
    decoder = warmed_up(StreamDecoder(is_card))
    for number in range(8):
        picture = pasted(SCENE, printed(f"misread {number}", 4), 500, 150)
        assert data(decoder, picture) == []


def test_half_a_code_at_the_edge_does_not_answer() -> None:
    decoder = warmed_up(StreamDecoder(is_card))
    poster = printed("https://example.org/poster", 4)
    for _ in range(10):
        assert data(decoder, pasted(SCENE, poster, -15, 150)) == []
    control = StreamDecoder(is_card)
    inside = [data(control, pasted(SCENE, poster, 60, 150)) for _ in range(10)]
    assert inside[-1] == [b"https://example.org/poster"]


@pytest.mark.parametrize("decoder", [ZxingDecoder(), PyzbarDecoder()], ids=["zxing", "pyzbar"])
def test_the_plain_decoders_are_as_patient(decoder: Decoder) -> None:
    patient = ConfirmingDecoder(decoder, is_card)
    poster = printed("https://example.org/poster", 4)
    both = pasted(pasted(SCENE, poster, 500, 150), CODE, 100, 150)
    read = [{code.data for code in patient.decode(both)} for _ in range(SEEN_TIMES)]
    assert read[0] == {CARD.encode()}
    assert read[-1] == {CARD.encode(), b"https://example.org/poster"}
    misread = [printed(f"misread {number}", 4) for number in range(5)]
    assert [patient.decode(pasted(SCENE, one, 500, 150)) for one in misread] == [[]] * 5


def test_over_budget_the_frame_ends_after_one_attempt() -> None:
    now = iter(np.arange(0, 1e6, 10.0))
    decoder = StreamDecoder(is_card, budget_ms=1.0, clock=lambda: float(next(now)))
    for number in range(20):
        decoder.decode(noisy(SCENE, 2.0, number))
    assert data(decoder, pasted(SCENE, CODE, 500, 150)) == [CARD.encode()]


@pytest.mark.parametrize(
    "showing",
    [
        Showing(CARD, 1.2, tilt_deg=40),
        Showing(CARD, 1.2, light=0.15, noise=6),
        Showing(CARD, 1.2, distance_mm=560),
        Showing(CARD, 1.2, defocus_px=1.5),
        Showing(CARD, 1.2, phone=True),
        Showing(CARD, 1.2, motion=0.7),
        Showing(CARD, 1.2, glare=0.8, laminate=0.8),
        Showing(CARD, 1.2, also=(OTHER,), people=2),
    ],
    ids=["tilted", "dark", "far", "soft", "phone", "hurried", "glare", "two"],
)
def test_every_kind_of_showing_is_read_and_nothing_else(showing: Showing) -> None:
    decoder = StreamDecoder()
    shown = {text if isinstance(text, bytes) else text.encode() for text in showing.texts}
    read: set[bytes] = set()
    for _, shot in shoot([Showing("", 1.0), showing], fps=15, seed=11):
        read |= {code.data for code in decoder.decode(shot.image)}
    assert read == shown


def test_people_without_cards_are_no_codes() -> None:
    decoder = StreamDecoder()
    crowd = [Showing("", 2.0, people=4, umbrellas=True), Showing("", 1.0)]
    for _, shot in shoot(crowd, fps=15, seed=13):
        assert decoder.decode(shot.image) == []
