"""The main loop: whatever fails, the gate keeps scanning and reports what is wrong."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from device.ledger.file import LedgerError
from device.scan.advice import Advice
from device.scan.frames import CameraError
from device.scan.loop import ScanLoop
from device.scan.roster_reader import NoRosters
from gate_contract.health import ScanHealth
from gate_contract.verdicts import Verdict
from tests.builders.issuer import Issuer, key_named
from tests.builders.scanning_gate import Gate
from tests.fakes.camera import Camera, Reader, Signals


@dataclass
class Post:
    """A whole gate-scan except for camera, decoder and light."""

    gate: Gate
    camera: Camera
    reader: Reader = field(default_factory=Reader)
    signals: Signals = field(default_factory=Signals)
    told: list[ScanHealth] = field(default_factory=list)
    advising: bool = True

    def __post_init__(self) -> None:
        clock = self.gate.clock
        self.loop = ScanLoop(
            open_source=self.camera.open,
            decoder=self.reader,
            keeper=self.gate.keeper,
            signaller=self.signals,
            clock=clock,
            report=lambda _, health: self.told.append(health),
            sleep=lambda seconds: clock.pass_ms(round(seconds * 1000)),
            advising=self.advising,
        )

    def run_ms(self, ms: int) -> None:
        end = self.gate.clock.up_ms + ms
        while self.gate.clock.up_ms < end:
            self.loop.step()

    def health(self) -> ScanHealth:
        return self.told[-1]


@pytest.fixture
def post(tmp_path: Path) -> Post:
    gate = Gate(tmp_path / "ledger.db")
    return Post(gate, Camera(gate.clock))


def test_a_card_in_view_is_answered_once(post: Post) -> None:
    post.reader.in_view = [post.gate.issuer.code(1)]
    post.run_ms(5_000)
    assert post.signals.given == [Verdict.ADMITTED_IN]
    assert post.health().camera == post.health().storage == post.health().signals == "ok"
    assert post.health().detail == ""
    assert post.health().clock_trusted


def test_the_decoder_hears_of_keys_that_a_roster_brings(post: Post) -> None:
    post.run_ms(1_000)
    old = {key_id: key.public_bytes_raw() for key_id, key in post.gate.issuer.public_keys.items()}
    assert post.reader.keys == old
    newer = Issuer(2, key_named("the next year's"))
    rosters = NoRosters()
    rosters.card_keys = newer.public_keys
    post.gate.keeper.rosters = rosters
    post.run_ms(1_000)
    assert post.reader.keys == old | {2: newer.key.public_key().public_bytes_raw()}


def test_several_cards_in_one_frame_are_each_answered_once(post: Post) -> None:
    post.reader.in_view = [post.gate.issuer.code(number) for number in range(1, 5)]
    post.run_ms(5_000)
    assert post.signals.given == [Verdict.ADMITTED_IN] * 4


def test_the_camera_is_advised_once_and_again_after_it_was_opened_anew(post: Post) -> None:
    post.run_ms(1_000)
    assert post.camera.advised == []
    post.reader.advice = Advice(exposure_ev=1)
    post.run_ms(1_000)
    assert post.camera.advised == [Advice(exposure_ev=1)]
    post.camera.failing = CameraError("unplugged")
    post.run_ms(1_000)
    post.camera.failing = None
    post.run_ms(15_000)
    assert post.camera.opened > 1
    assert post.camera.advised == [Advice(exposure_ev=1)] * 2


def test_a_camera_that_breaks_on_advice_is_opened_again(post: Post) -> None:
    post.run_ms(1_000)
    post.camera.refusing = CameraError("does not take it")
    post.reader.advice = Advice(finer=True)
    post.run_ms(1_000)
    assert "does not take it" in post.health().detail
    post.camera.refusing = None
    post.run_ms(15_000)
    assert post.health().camera == "ok"
    assert post.camera.advised[-1] == Advice(finer=True)


def test_advice_can_be_switched_off(tmp_path: Path) -> None:
    gate = Gate(tmp_path / "ledger.db")
    post = Post(gate, Camera(gate.clock), advising=False)
    post.reader.advice = Advice(exposure_ev=1)
    post.run_ms(1_000)
    assert post.camera.advised == []


def test_a_missing_camera_is_waited_for(post: Post) -> None:
    post.camera.failing = CameraError("no camera")
    post.run_ms(60_000)
    assert post.health().camera == "failed"
    assert "no camera" in post.health().detail
    assert 5 <= post.camera.opened <= 12  # not at every turn
    post.camera.failing = None
    post.reader.in_view = [post.gate.issuer.code(1)]
    post.run_ms(15_000)
    assert post.signals.given == [Verdict.ADMITTED_IN]
    assert post.health().camera == "ok"


def test_a_camera_that_falls_silent_is_told_and_opened_again(post: Post) -> None:
    post.run_ms(1_000)
    post.camera.silent = True
    post.run_ms(8_000)
    assert post.health().camera == "failed"
    post.run_ms(10_000)
    assert (post.camera.opened, post.camera.closed) == (2, 1)
    post.camera.silent = False
    post.run_ms(3_000)
    assert post.health().camera == "ok"


def test_frames_that_have_all_been_played_are_no_fault(post: Post) -> None:
    post.run_ms(1_000)
    post.camera.ended = True
    post.run_ms(60_000)
    assert post.health().camera == "ok"
    assert post.health().source_ended


def test_a_decoder_that_raises_costs_a_frame(post: Post) -> None:
    post.reader.raising.append(ValueError("structured append"))
    post.reader.in_view = [post.gate.issuer.code(1)]
    post.run_ms(1_000)
    assert post.signals.given == [Verdict.ADMITTED_IN]


def test_storage_that_fails_is_signalled_and_told_at_once(post: Post) -> None:
    post.run_ms(1_000)
    post.gate.keeper.close()
    post.gate.broken = LedgerError("disk full")
    post.reader.in_view = [post.gate.issuer.code(1)]
    post.run_ms(1_000)
    assert set(post.signals.given) == {Verdict.STORAGE_FAILED}
    assert post.health().storage == "failed"
    assert "disk full" in post.health().detail
    post.gate.broken = None
    post.run_ms(2_000)
    assert post.signals.given[-1] is Verdict.ADMITTED_IN
    assert post.health().storage == "ok"


def test_light_that_fails_is_told(post: Post) -> None:
    post.run_ms(500)
    post.signals.fault = "no such pin"
    post.run_ms(500)
    assert post.health().signals == "failed"
    assert "no such pin" in post.health().detail


def test_closing_tells_a_last_time_and_releases_all(post: Post) -> None:
    post.run_ms(500)
    told = len(post.told)
    post.loop.close()
    assert len(post.told) == told + 1
    assert post.camera.closed == 1
    assert post.signals.is_closed
