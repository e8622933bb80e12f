"""`gate scan` as a process, with everything wrong that can be wrong at a gate."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from device.bench.scenes import Showing, write_sequence
from gate_contract.verdicts import Verdict
from tests.end_to_end.passing import card_codes
from tests.end_to_end.town import PROGRAMS, Town, until

GATE = "gate-a1"
FPS = 8.0


def write_story(town: Town, texts: list[bytes]) -> None:
    """Frames in which these are held up one after the other."""
    showings = [Showing("", 0.5)]
    for text in texts:
        showings += [Showing(text, 0.8), Showing("", 1.2)]
    write_sequence(town.folder / GATE / "frames", showings, fps=FPS, size=(960, 540), seed=5)


def change(town: Town, old: str, new: str) -> None:
    path = town.configs[GATE]
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def scan_status(town: Town) -> dict[str, Any]:
    """`gate status --json`; empty while there is no ledger."""
    done = subprocess.run(
        [PROGRAMS / "gate", "status", "--json", "--config", town.configs[GATE]],
        capture_output=True,
        text=True,
        check=False,
    )
    told: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {}
    return told


def health(town: Town) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((town.folder / GATE / "run" / "scan.json").read_text())
    found: dict[str, Any] = told["health"]
    return found


def ended(town: Town) -> bool:
    told = scan_status(town)
    return bool(told and told["scan"] and told["scan"]["source_ended"])


def tally(town: Town) -> dict[str, int]:
    done = subprocess.run(
        [PROGRAMS / "gate", "ledger", "verify", "--json", "--config", town.configs[GATE]],
        capture_output=True,
        text=True,
        check=True,
    )
    scans: dict[str, int] = json.loads(done.stdout)["scans"]
    return {code: number for code, number in scans.items() if code != Verdict.CLOCK_SET}


@pytest.fixture
def town(tmp_path: Path) -> Town:
    made = Town(tmp_path)
    change(made, "repeat_window_s = 0.001\n", "")
    change(made, 'path = "frames"\n', f'path = "frames"\nfps = {FPS}\nloop = false\n')
    return made


@pytest.mark.parametrize("decoder", ["zxing", "pyzbar"])
def test_cards_in_real_frames_are_recorded(town: Town, decoder: str) -> None:
    first, second = card_codes(town, 2)
    write_story(town, [first, b"https://gate.example/poster", second, first])
    with town.configs[GATE].open("a") as config:
        config.write(f'[decoder]\nname = "{decoder}"\n')
    with town:
        town.start(f"scan {GATE}")
        until(lambda: ended(town))
        assert town.stop(f"scan {GATE}") == 0
    assert tally(town) == {"admitted_in": 2, "admitted_out": 1, "not_a_person_card": 1}


def test_killed_while_scanning_nothing_that_was_green_is_missing(town: Town) -> None:
    codes = card_codes(town, 12)
    write_story(town, codes)
    change(town, 'driver = "none"', 'driver = "terminal"')
    change(town, "loop = false", "loop = true")
    green = 0
    with town:
        for _ in range(3):
            before = sum(tally(town).values()) if green else 0
            town.start(f"scan {GATE}")
            until(lambda: town.log(f"scan {GATE}").count("✔") >= 2)
            town.kill(f"scan {GATE}")
            green = before + town.log(f"scan {GATE}").count("✔")
            assert sum(tally(town).values()) >= green


def test_no_pins_no_light_but_scanning(town: Town) -> None:
    write_story(town, card_codes(town, 1))
    change(town, 'driver = "none"', 'driver = "gpio"')
    with town:
        town.start(f"scan {GATE}")
        until(lambda: ended(town))
        told = health(town)
        assert (told["signals"], told["camera"], told["storage"]) == ("failed", "ok", "ok")
        assert "[signals]" in told["detail"]
    assert tally(town) == {"admitted_in": 1}


def test_no_camera_is_told_and_waited_for(town: Town) -> None:
    change(town, 'source = "replay"', 'source = "v4l2"\ndevice = "/dev/video99"')
    with town:
        town.start(f"scan {GATE}")
        until(lambda: (town.folder / GATE / "run" / "scan.json").exists())
        until(lambda: health(town)["storage"] == "ok")
        assert health(town)["camera"] == "failed"
        assert "/dev/video99" in health(town)["detail"]
        assert town.stop(f"scan {GATE}") == 0


def test_a_camera_that_comes_late_is_found(town: Town) -> None:
    with town:
        town.start(f"scan {GATE}")
        until(lambda: (town.folder / GATE / "run" / "scan.json").exists())
        assert health(town)["camera"] == "failed"
        write_story(town, card_codes(town, 1))
        until(lambda: ended(town))
    assert tally(town) == {"admitted_in": 1}


def test_a_ledger_that_cannot_be_written_is_our_fault_until_it_can(town: Town) -> None:
    write_story(town, card_codes(town, 2))
    change(town, "loop = false", "loop = true")
    state = town.folder / GATE / "state"
    state.write_text("a file where the folder should be")
    with town:
        town.start(f"scan {GATE}")
        until(lambda: "storage_failed" in town.log(f"scan {GATE}"))
        assert "admitted" not in town.log(f"scan {GATE}")
        assert health(town)["storage"] == "failed"
        state.unlink()
        until(lambda: "admitted_in" in town.log(f"scan {GATE}"))
        until(lambda: health(town)["storage"] == "ok")
    assert tally(town)["admitted_in"] >= 1


def test_a_wrong_configuration_is_one_line_and_exit_1(town: Town) -> None:
    change(town, 'source = "replay"', 'source = "telescope"')
    done = subprocess.run(
        [PROGRAMS / "gate", "scan", "--config", town.configs[GATE]],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "telescope" in done.stderr or "camera.source" in done.stderr


def test_frames_that_are_no_images_do_not_end_the_gate(town: Town) -> None:
    frames = town.folder / GATE / "frames"
    frames.mkdir()
    (frames / "0.png").write_bytes(os.urandom(5_000))
    with town:
        town.start(f"scan {GATE}")
        until(lambda: (town.folder / GATE / "run" / "scan.json").exists())
        until(lambda: "not an image" in health(town)["detail"])
        cv2.imwrite(str(frames / "0.png"), np.zeros((90, 160), np.uint8))
        until(lambda: health(town)["camera"] == "ok")
