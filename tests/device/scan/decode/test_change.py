import numpy as np

from device.scan.decode.change import CELL_PX, STILL_FRAMES, ChangeGate
from device.scan.frames import Grey
from tests.builders.code_pictures import CARD, noisy, pasted, printed, street

SCENE = street()
CODE = printed(CARD, 3)


def quiet_gate(scene: Grey = SCENE, sigma: float = 3.0) -> ChangeGate:
    gate = ChangeGate()
    for number in range(40):
        gate.look(noisy(scene, sigma, number))
    return gate


def test_a_quiet_scene_is_closed_whatever_the_noise() -> None:
    for sigma in (0.0, 3.0, 9.0):
        gate = quiet_gate(sigma=sigma)
        assert all(gate.look(noisy(SCENE, sigma, 100 + n)) is None for n in range(30))


def test_a_card_opens_it_where_the_card_is() -> None:
    gate = quiet_gate()
    changed = gate.look(noisy(pasted(SCENE, CODE, 400, 200), 3.0, 99))
    assert changed is not None
    ys, xs = np.nonzero(changed)
    assert 370 <= xs.min() * CELL_PX <= 420
    assert xs.max() * CELL_PX <= 400 + CODE.shape[1] + CELL_PX
    assert ys.min() * CELL_PX >= 170


def test_a_faint_card_in_the_dark_opens_it() -> None:
    dark = (SCENE * 0.15).astype(np.uint8)
    gate = quiet_gate(dark, 6.0)
    shown = pasted(dark, (CODE * 0.13).astype(np.uint8), 400, 200)
    assert gate.look(noisy(shown, 6.0, 99)) is not None


def test_the_first_frames_are_all_new() -> None:
    changed = ChangeGate().look(SCENE)
    assert changed is not None
    assert changed.all()


def test_a_jump_of_the_light_is_a_new_beginning_and_not_an_alarm_for_ever() -> None:
    gate = quiet_gate()
    darker = (SCENE * 0.4).astype(np.uint8)
    first = gate.look(darker)
    assert first is not None
    assert first.all()
    later = [gate.look(noisy(darker, 3.0, n)) for n in range(20)]
    assert later[-1] is None


def test_the_sun_may_come_up() -> None:
    gate = quiet_gate()
    for step in range(120):
        brighter = np.clip(SCENE.astype(int) + step // 3, 0, 255).astype(np.uint8)
        changed = gate.look(noisy(brighter, 3.0, step))
    assert changed is None


def test_what_stands_still_becomes_the_scene_and_what_moves_does_not() -> None:
    gate = quiet_gate()
    parked = pasted(SCENE, CODE, 400, 200)
    looks = [gate.look(noisy(parked, 3.0, n)) for n in range(STILL_FRAMES * 3)]
    assert looks[STILL_FRAMES // 2] is not None
    assert looks[-1] is None
    gate = quiet_gate()
    for n in range(STILL_FRAMES * 3):
        moving = gate.look(noisy(pasted(SCENE, CODE, 400 + 8 * (n % 8), 200), 3.0, n))
        assert moving is not None


def test_another_size_of_frame_is_a_new_beginning() -> None:
    gate = quiet_gate()
    assert gate.look(SCENE[:200, :200].copy()) is not None
    assert gate.look(np.zeros((1, 1), np.uint8)) is not None
