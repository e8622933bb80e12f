import cv2
import numpy as np
import pytest

from demo.scenes.card_art import CODE_MM
from demo.scenes.showing import Showing, shoot
from device.cli import aim as gate_aim
from device.scan.advice import Advice
from device.scan.aim import CARD_MM, CARD_MODULES, Aim
from device.scan.aim_cli import watch
from device.scan.decode.zxing import ZxingDecoder
from device.scan.frames import Frame, Grey
from server_bridge.cards.face import WIDTH_MM
from server_bridge.printing.qr_code import FULL
from tests.builders.code_pictures import CARD, pasted, printed, street


def aimed_at(image: Grey, times: int = 5) -> Aim:
    aim = Aim(ZxingDecoder(), focal_px=1024)
    for _ in range(times):
        aim.see(image)
    return aim


def test_a_good_picture_needs_no_advice() -> None:
    aim = aimed_at(pasted(street(), printed(CARD, 5), 200, 100))
    assert aim.advice() == []
    assert aim.share == 1
    assert "good" in aim.line()


@pytest.mark.parametrize("distance_mm", [200, 300, 450])
def test_the_distance_is_told_from_the_size(distance_mm: int) -> None:
    showing = Showing(CARD, 1.0, distance_mm=distance_mm, tilt_deg=0, motion=0)
    shots = [shot for _, shot in shoot([showing], fps=10, seed=2)]
    aim = Aim(ZxingDecoder(), focal_px=1024, print_mm=CODE_MM)
    for shot in shots[4:7]:
        aim.see(shot.image)
    assert aim.distance_mm() == pytest.approx(distance_mm, rel=0.06)


def test_each_fault_is_named() -> None:
    good = pasted(street(), printed(CARD, 5), 200, 100)
    small = pasted(street(), printed(CARD, 2), 200, 200)
    assert any("print larger" in told for told in aimed_at(small).advice())
    large = pasted(street(), printed(CARD, 10), 200, 40)
    assert any("too near" in told for told in aimed_at(large).advice())
    high, low = (pasted(street(), printed(CARD, 3), 200, top) for top in (5, 390))
    assert any("mount the camera higher" in told for told in aimed_at(high).advice())
    assert any("mount the camera lower" in told for told in aimed_at(low).advice())
    soft = np.asarray(cv2.GaussianBlur(good, (0, 0), 1.8))
    assert any("sharp" in told for told in aimed_at(soft).advice())
    assert any("dark" in told for told in aimed_at((good * 0.2).astype(np.uint8)).advice())
    pale = (good * 0.1 + 225).astype(np.uint8)
    assert any("bright" in told for told in aimed_at(pale).advice())


def test_the_limit_is_for_the_card_as_it_is_printed() -> None:
    (option,) = (option for option in gate_aim.params if option.name == "print_mm")
    assert option.default == CARD_MM == round(WIDTH_MM * CARD_MODULES / FULL, 3)
    assert aimed_at(street()).farthest_mm() == pytest.approx(1024 * 44.4 / (2.5 * 37))


def test_without_a_code_it_says_why() -> None:
    assert "black" in aimed_at(np.zeros((90, 160), np.uint8)).advice()[0]
    assert "white" in aimed_at(np.full((90, 160), 255, np.uint8)).advice()[0]
    assert "hold a card" in aimed_at(street()).advice()[0]


class Frames:
    """A source of the same picture, a number of times."""

    def __init__(self, image: Grey, count: int) -> None:
        self.image, self.left = image, count

    @property
    def ended(self) -> bool:
        return not self.left

    def read(self, timeout_s: float) -> Frame | None:
        assert timeout_s > 0
        self.left -= 1
        return Frame(self.image, 0)

    def advise(self, advice: Advice) -> Advice:
        return advice

    def close(self) -> None:
        pass


def test_watching_prints_lines_and_lights_the_led() -> None:
    lines: list[str] = []
    lamp: list[bool] = []
    source = Frames(pasted(street(), printed(CARD, 5), 200, 100), 4)
    share = watch(source, ZxingDecoder(), seconds=0, echo=lines.append, light=lamp.append)
    assert share == 1
    assert lamp == [True] * 4
    assert "px/module" in lines[-1]


def test_a_source_without_frames_is_said() -> None:
    lines: list[str] = []
    assert watch(Frames(street(), 0), ZxingDecoder(), seconds=0, echo=lines.append) == 0
    assert lines == ["the camera gave no frame"]
