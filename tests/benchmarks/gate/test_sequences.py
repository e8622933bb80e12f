from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp

from demo.scenes.showing import Showing, escape, shoot, write_sequence

CARD = "SG1:" + "A0B1C2D3E4" * 11 + "ABCDEFG"


def read(image: np.ndarray) -> list[bytes]:
    found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCodeModel2)
    return [code.bytes for code in found]


@pytest.mark.parametrize("seed", range(12))
def test_an_easy_showing_is_read_by_a_plain_decoder(seed: int) -> None:
    shots = [shot for _, shot in shoot([Showing(CARD, 0.8)], fps=10, seed=seed)]
    assert len(shots) == 8
    assert any(read(shot.image) == [CARD.encode()] for shot in shots)


def test_nobody_with_a_card_shows_no_code() -> None:
    showings = [Showing("", 0.5), Showing("", 0.5, people=3, umbrellas=True)]
    shots = [shot for _, shot in shoot(showings, fps=10, seed=3)]
    assert [shot.texts for shot in shots] == [()] * 10
    assert not any(read(shot.image) for shot in shots)
    still, walking = (
        float(np.mean(cv2.absdiff(shots[i].image, shots[i + 4].image) > 40)) for i in (0, 5)
    )
    assert still == 0.0
    assert walking > 0.001


def test_the_folder_holds_numbered_frames_and_their_truth(tmp_path: Path) -> None:
    showings = [Showing("a\tb\\", 0.6, also=("second",)), Showing("", 0.2)]
    write_sequence(tmp_path, showings, fps=10, size=(640, 360), seed=1)
    rows = [line.split("\t") for line in (tmp_path / "truth.tsv").read_text().splitlines()]
    names = sorted({name for name, _ in rows})
    assert names == [f"{number:06}.png" for number in range(8)]
    assert {text for name, text in rows if name == "000003.png"} == {"a\\tb\\\\", "second"}
    assert rows[-1] == ["000007.png", ""]
    for name in names:
        picture = cv2.imread(str(tmp_path / name), cv2.IMREAD_UNCHANGED)
        assert picture is not None
        assert picture.shape == (360, 640)


def test_the_same_seed_gives_the_same_frames() -> None:
    def pictures(seed: int) -> list[bytes]:
        showings = [Showing(CARD, 0.3, people=1, glare=0.5)]
        return [
            shot.image.tobytes() for _, shot in shoot(showings, fps=10, size=(640, 360), seed=seed)
        ]

    assert pictures(7) == pictures(7)
    assert pictures(7) != pictures(8)


@pytest.mark.parametrize(
    "showing",
    [
        Showing(CARD, 0.5, tilt_deg=50, motion=0.9, light=0.15, noise=9),
        Showing(CARD, 0.5, phone=True, glare=1.0),
        Showing(CARD, 0.5, crumple=1.0, laminate=1.0, finger=True),
        Showing(b"\xff\x00\xc3", 0.5, also=("b", "c", "d"), people=2, umbrellas=True),
    ],
    ids=["tilt", "phone", "crumpled", "four"],
)
def test_every_look_can_be_drawn_and_is_known_by_its_truth(showing: Showing) -> None:
    shots = [shot for _, shot in shoot([showing], fps=10, seed=5)]
    assert any(set(shot.texts) == set(showing.texts) for shot in shots)


def test_bytes_that_are_no_text_survive_the_truth_file() -> None:
    assert escape(b"\xff\n").encode("utf-8", "surrogateescape") == b"\xff\\n"
