"""`gate scan` as a process, with everything wrong that can be wrong at a gate."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from demo.scenes.showing import Showing, write_sequence
from gate_contract.verdicts import Verdict
from tests.end_to_end.district_harness import PROGRAMS, DistrictHarness, until
from tests.end_to_end.passing import card_codes

GATE = "gate-a1"
FPS = 8.0


def write_story(district: DistrictHarness, texts: list[bytes]) -> None:
    """Frames in which these are held up one after the other."""
    showings = [Showing("", 0.5)]
    for text in texts:
        showings += [Showing(text, 0.8), Showing("", 1.2)]
    write_sequence(district.folder / GATE / "frames", showings, fps=FPS, size=(960, 540), seed=5)


def change(district: DistrictHarness, old: str, new: str) -> None:
    path = district.configs[GATE]
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def scan_status(district: DistrictHarness) -> dict[str, Any]:
    """`gate status --json`; empty while there is no ledger."""
    done = subprocess.run(
        [PROGRAMS / "gate", "status", "--json", "--config", district.configs[GATE]],
        capture_output=True,
        text=True,
        check=False,
    )
    told: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {}
    return told


def health(district: DistrictHarness) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((district.folder / GATE / "run" / "scan.json").read_text())
    found: dict[str, Any] = told["health"]
    return found


def ended(district: DistrictHarness) -> bool:
    told = scan_status(district)
    return bool(told and told["scan"] and told["scan"]["source_ended"])


def tally(district: DistrictHarness) -> dict[str, int]:
    done = subprocess.run(
        [PROGRAMS / "gate", "ledger", "verify", "--json", "--config", district.configs[GATE]],
        capture_output=True,
        text=True,
        check=True,
    )
    scans: dict[str, int] = json.loads(done.stdout)["scans"]
    return {code: number for code, number in scans.items() if code != Verdict.CLOCK_SET}


@pytest.fixture
def district(tmp_path: Path) -> DistrictHarness:
    made = DistrictHarness(tmp_path)
    change(made, "repeat_window_s = 0.001\n", "")
    change(made, 'path = "frames"\n', f'path = "frames"\nfps = {FPS}\nloop = false\n')
    return made


@pytest.mark.parametrize("decoder", ["zxing", "pyzbar"])
def test_cards_in_real_frames_are_recorded(district: DistrictHarness, decoder: str) -> None:
    first, second = card_codes(district, 2)
    write_story(district, [first, b"https://gate.example/poster", second, first])
    with district.configs[GATE].open("a") as config:
        config.write(f'[decoder]\nname = "{decoder}"\n')
    with district:
        district.start(f"scan {GATE}")
        until(lambda: ended(district))
        assert district.stop(f"scan {GATE}") == 0
    assert tally(district) == {"admitted_in": 2, "admitted_out": 1, "not_a_person_card": 1}


def test_killed_while_scanning_nothing_that_was_green_is_missing(district: DistrictHarness) -> None:
    codes = card_codes(district, 12)
    write_story(district, codes)
    change(district, 'driver = "none"', 'driver = "terminal"')
    change(district, "loop = false", "loop = true")
    green = 0
    with district:
        for _ in range(3):
            before = sum(tally(district).values()) if green else 0
            district.start(f"scan {GATE}")
            until(lambda: district.log(f"scan {GATE}").count("✔") >= 2)
            district.kill(f"scan {GATE}")
            green = before + district.log(f"scan {GATE}").count("✔")
            assert sum(tally(district).values()) >= green


def test_no_pins_no_light_but_scanning(district: DistrictHarness) -> None:
    write_story(district, card_codes(district, 1))
    change(district, 'driver = "none"', 'driver = "gpio"')
    with district:
        district.start(f"scan {GATE}")
        until(lambda: ended(district))
        told = health(district)
        assert (told["signals"], told["camera"], told["storage"]) == ("failed", "ok", "ok")
        assert "[signals]" in told["detail"]
    assert tally(district) == {"admitted_in": 1}


def test_no_camera_is_told_and_waited_for(district: DistrictHarness) -> None:
    change(district, 'source = "replay"', 'source = "v4l2"\ndevice = "/dev/video99"')
    with district:
        district.start(f"scan {GATE}")
        until(lambda: (district.folder / GATE / "run" / "scan.json").exists())
        until(lambda: health(district)["storage"] == "ok")
        assert health(district)["camera"] == "failed"
        assert "/dev/video99" in health(district)["detail"]
        assert district.stop(f"scan {GATE}") == 0


def test_a_camera_that_comes_late_is_found(district: DistrictHarness) -> None:
    with district:
        district.start(f"scan {GATE}")
        until(lambda: (district.folder / GATE / "run" / "scan.json").exists())
        assert health(district)["camera"] == "failed"
        write_story(district, card_codes(district, 1))
        until(lambda: ended(district))
    assert tally(district) == {"admitted_in": 1}


def test_a_ledger_that_cannot_be_written_is_our_fault_until_it_can(
    district: DistrictHarness,
) -> None:
    write_story(district, card_codes(district, 2))
    change(district, "loop = false", "loop = true")
    state = district.folder / GATE / "state"
    state.write_text("a file where the folder should be")
    with district:
        district.start(f"scan {GATE}")
        until(lambda: "storage_failed" in district.log(f"scan {GATE}"))
        assert "admitted" not in district.log(f"scan {GATE}")
        assert health(district)["storage"] == "failed"
        state.unlink()
        until(lambda: "admitted_in" in district.log(f"scan {GATE}"))
        until(lambda: health(district)["storage"] == "ok")
    assert tally(district)["admitted_in"] >= 1


def test_a_wrong_configuration_is_one_line_and_exit_1(district: DistrictHarness) -> None:
    change(district, 'source = "replay"', 'source = "telescope"')
    done = subprocess.run(
        [PROGRAMS / "gate", "scan", "--config", district.configs[GATE]],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "telescope" in done.stderr or "camera.source" in done.stderr


def test_frames_that_are_no_images_do_not_end_the_gate(district: DistrictHarness) -> None:
    frames = district.folder / GATE / "frames"
    frames.mkdir()
    (frames / "0.png").write_bytes(os.urandom(5_000))
    with district:
        district.start(f"scan {GATE}")
        until(lambda: (district.folder / GATE / "run" / "scan.json").exists())
        until(lambda: "not an image" in health(district)["detail"])
        cv2.imwrite(str(frames / "0.png"), np.zeros((90, 160), np.uint8))
        until(lambda: health(district)["camera"] == "ok")
