import cv2
import numpy as np

from device.scan.decode.texture import patches
from device.scan.frames import Grey
from tests.builders.code_pictures import CARD, noisy, pasted, printed, street

SCENE = street()
CODE = printed(CARD, 3)


def all_changed(image: Grey) -> Grey:
    return np.full((image.shape[0] // 8, image.shape[1] // 8), 255, np.uint8)


def test_a_code_is_the_likeliest_patch_and_wholly_in_its_box() -> None:
    picture = noisy(pasted(SCENE, CODE, 400, 200), 3.0, 1)
    best = patches(picture, all_changed(picture))[0]
    assert best.box.x0 <= 412
    assert best.box.y0 <= 212
    assert best.box.x1 >= 400 + CODE.shape[1] - 12
    assert best.box.y1 >= 200 + CODE.shape[0] - 12
    assert best.box.area < 4 * CODE.size
    assert best.likeness > 0.2
    assert not best.faint


def test_four_codes_are_four_patches() -> None:
    picture = SCENE
    for left in (40, 260, 480, 700):
        picture = pasted(picture, CODE, left, 150)
    found = [patch for patch in patches(picture, all_changed(picture)) if patch.likeness > 0.2]
    for left in (40, 260, 480, 700):
        assert any(p.box.x0 <= left + 12 and p.box.x1 >= left + CODE.shape[1] - 12 for p in found)


def test_a_fence_is_not_like_a_code() -> None:
    picture = SCENE.copy()
    for x in range(0, 960, 24):
        cv2.line(picture, (x, 0), (x, 539), 10, 7)
    assert all(patch.likeness < 0.2 for patch in patches(picture, all_changed(picture)))


def test_where_nothing_changed_nothing_is_searched() -> None:
    picture = pasted(SCENE, CODE, 400, 200)
    nothing = np.zeros_like(all_changed(picture))
    assert patches(picture, nothing) == []


def test_a_faint_code_is_called_faint() -> None:
    dark = noisy((pasted(SCENE, CODE, 400, 200) * 0.13).astype(np.uint8), 5.0, 2)
    found = [patch for patch in patches(dark, all_changed(dark)) if patch.box.x0 in range(340, 420)]
    assert found
    assert found[0].faint


def test_tiny_pictures_have_no_patches() -> None:
    for shape in ((1, 1), (16, 900), (30, 30)):
        picture = np.zeros(shape, np.uint8)
        assert patches(picture, np.full((4, 4), 255, np.uint8)) == []
