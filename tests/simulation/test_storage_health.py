"""The district is informed of a gate whose storage fails, and of its recovery."""

import random
import shutil
from pathlib import Path

import pytest

from gate_contract.health import Health, decode_health
from tests.simulation.broker import Broker
from tests.simulation.cards import genuine, keys
from tests.simulation.district import ZONE
from tests.simulation.gate import Habits, SimGate
from tests.simulation.parts import Parts
from tests.simulation.perils import Perils

STEP_MS = 200
TOLD_WITHIN_MS = 10_000


class Scene:
    """One gate and a broker; time passes in steps of the uplink's idle wait."""

    def __init__(self, folder: Path) -> None:
        chance = random.Random(1)
        self.perils = Perils(chance, lambda _who, _what: None)
        self.perils.active = True
        self.broker = Broker(chance, self.perils, lambda *_: None, pytest.fail)
        self.gate = SimGate(
            "vg-sim-01",
            folder,
            self.broker,
            self.perils,
            lambda *_: None,
            Parts(),
            Habits(None, 60_000, 30),
            ZONE,
            keys(),
            chance,
        )

    def live(self, ms: int) -> None:
        for _ in range(ms // STEP_MS):
            self.gate.clock.true_ms += STEP_MS
            self.gate.tend()
            self.gate.deliver()
            while self.broker.carry():
                pass

    def told(self) -> Health:
        letters = [payload for topic, payload in self.broker.queue if topic.endswith("health")]
        return decode_health(letters[-1])


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    scene = Scene(tmp_path)
    scene.gate.see([genuine()[0]])
    scene.live(TOLD_WITHIN_MS)
    told = scene.told()
    assert told.scan
    assert told.scan.storage == "ok"
    return scene


def storage_told(scene: Scene) -> str | None:
    told = scene.told()
    return told.scan.storage if told.scan else None


def test_a_commit_that_fails_is_told(scene: Scene) -> None:
    scene.perils.fail_rate = 1.0
    scene.gate.see([genuine()[1]])
    scene.live(TOLD_WITHIN_MS)
    assert storage_told(scene) == "failed"
    scene.perils.fail_rate = 0.0
    scene.live(TOLD_WITHIN_MS)
    assert storage_told(scene) == "ok"


def test_a_ledger_that_cannot_be_opened_is_told_even_by_a_gate_that_was_offline(
    scene: Scene,
) -> None:
    shutil.rmtree(scene.gate.sd_cards[-1])
    scene.gate.sd_cards[-1].write_bytes(b"no folder")
    scene.broker.cut_gate(scene.gate.gate_id)
    scene.gate.kill("scan")
    scene.gate.kill("uplink")
    scene.live(TOLD_WITHIN_MS)
    assert storage_told(scene) == "failed"
    scene.gate.sd_cards[-1].unlink()
    scene.live(TOLD_WITHIN_MS)
    assert storage_told(scene) == "ok"
