from collections.abc import Callable

import cv2
import numpy as np
import pytest

from device.scan.decode import Code
from device.scan.decode import attempts as a
from device.scan.decode.attempt_chain import SingleImageDecoder, anything, run_attempts
from device.scan.decode.attempts import Attempt
from device.scan.decode.boxes import Box, whole
from device.scan.frames import Grey
from tests.builders.code_pictures import CARD, noisy, pasted, printed, street


def read(attempt: Attempt, image: Grey) -> list[bytes]:
    return [code.data for code in attempt.at(image, whole(image))]


@pytest.mark.parametrize("name", sorted(a.ALL))
def test_each_attempt_reads_a_good_code_and_says_where_it_is(name: str) -> None:
    attempt = a.ALL[name]
    px = 4 if attempt.scale >= 0.7 else 8  # those that make it smaller are for codes seen large
    picture = pasted(street(), printed(CARD, px), 300, 120)
    (code,) = attempt.at(picture, Box(200, 60, 960, 540))
    assert code.data == CARD.encode()
    xs, ys = zip(*code.corners, strict=True)
    assert min(xs) == pytest.approx(300 + 4 * px, abs=6)
    assert max(xs) == pytest.approx(300 + 41 * px, abs=6)
    assert min(ys) == pytest.approx(120 + 4 * px, abs=6)
    assert max(ys) == pytest.approx(120 + 41 * px, abs=6)


def small(image: Grey) -> Grey:
    return np.asarray(cv2.resize(image, None, fx=0.34, fy=0.34, interpolation=cv2.INTER_AREA))


def grainy(image: Grey) -> Grey:
    return noisy((image * 0.12 + 3).astype(np.uint8), 7.0, 5)


def soft(image: Grey) -> Grey:
    return noisy(cv2.GaussianBlur(image, (0, 0), 2.0), 1.0, 4)


@pytest.mark.parametrize(
    ("fault", "attempt"), [(small, a.DOUBLE), (grainy, a.BLURRED), (soft, a.SHARP)]
)
def test_what_each_attempt_is_for_the_plain_one_cannot_read(
    fault: Callable[[Grey], Grey], attempt: Attempt
) -> None:
    picture = fault(pasted(street(), printed(CARD, 4), 300, 120))
    assert read(a.PLAIN, picture) == []
    assert read(attempt, picture) == [CARD.encode()]


@pytest.mark.parametrize("shape", [(1, 1), (3, 500), (20, 20), (15, 15)])
def test_no_size_is_too_small_for_any_attempt(shape: tuple[int, int]) -> None:
    image = np.zeros(shape, np.uint8)
    assert [read(attempt, image) for attempt in a.ALL.values()] == [[]] * len(a.ALL)
    assert SingleImageDecoder().decode(image) == []


def misreading(data: bytes) -> Attempt:
    spot = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    return Attempt("misreading", lambda _: [Code(data, spot)])


def test_what_is_no_card_is_looked_at_again_before_it_is_believed() -> None:
    picture = printed(CARD)
    codes, by = run_attempts(
        picture, whole(picture), (misreading(b"SG1:X"), a.PLAIN), lambda data: data == CARD.encode()
    )
    assert [code.data for code in codes] == [CARD.encode()]
    assert by is a.PLAIN


def test_without_a_better_reading_the_first_one_stands() -> None:
    picture = np.full((50, 50), 255, np.uint8)
    first = misreading(b"no card")
    codes, by = run_attempts(picture, whole(picture), (first, a.PLAIN), lambda _: False)
    assert [code.data for code in codes] == [b"no card"]
    assert by is first


def test_over_its_budget_the_ladder_ends() -> None:
    picture = printed(CARD)
    nothing = Attempt("nothing", lambda _: [])
    over = run_attempts(
        picture, whole(picture), (nothing, a.PLAIN), anything, may_go_on=lambda: False
    )
    assert over == ([], None)
