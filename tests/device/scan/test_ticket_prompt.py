"""A gate without identity: what it signals for the codes that are shown."""

import sys
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from demo.scenes.showing import Showing, write_sequence
from device.provisioning.handover import OFFER_NAME, EnrolmentProgress, Offer
from device.scan import unprovisioned
from device.scan.ticket_prompt import PAUSE_MS, TicketPrompt, lasts_ms
from device.status_files import read_file as get
from device.status_files import write_file as tell
from gate_contract.notices import NOTICE_PATTERNS, REFUSALS, SetupNotice
from gate_contract.ticket import Secrets, Ticket, seal
from gate_contract.ticket_signing import pin_text, sign
from tests.fakes import picamera2
from tests.fakes.supervisor import FakeSupervisor

KEY = Ed25519PrivateKey.generate()
PIN, OTHER_PIN = "7KQ3MXW2PD", "7KQ3MXW2PE"
TICKET = Ticket(
    ticket_id=b"ticket-1",
    gate_id="vg-phungcong-01",
    host="gates.example.vn",
    port=8884,
    ca=bytes(32),
    expires_s=1_790_000_000,
    ssid="THCS Phụng Công",
    sealed=True,
    secrets=seal(Secrets(bytes(16), "mat khau"), b"ticket-1", PIN),
)
TEXT = sign(TICKET, KEY)
CARD = b"SG1:" + b"A" * 117


class Scene:
    """A gate before a technician. `show` holds codes up, and returns the notice."""

    def __init__(self, trusted: bytes | None = None) -> None:
        self.offered: list[Offer] = []
        self.prompt = TicketPrompt(trusted, self.offered.append)
        self.up_ms = 0

    def show(self, *codes: str | bytes, ms: int = 100) -> SetupNotice | None:
        self.up_ms += ms
        self.prompt.see([code.encode() if isinstance(code, str) else code for code in codes])
        return self.prompt.next_notice(self.up_ms)


def test_ticket_then_pin_is_handed_over_once() -> None:
    scene = Scene(KEY.public_key().public_bytes_raw())
    assert scene.show() is SetupNotice.WAITING
    assert scene.show(CARD, b"https://example.vn") is None
    assert scene.show(TEXT) is SetupNotice.PIN_WANTED
    assert scene.show(TEXT) is None
    assert scene.show(TEXT, ms=5_000) is SetupNotice.PIN_WANTED
    assert scene.show(pin_text(OTHER_PIN)) is SetupNotice.WRONG_PIN
    assert scene.show(pin_text(PIN)) is SetupNotice.TAKEN
    assert scene.show(TEXT, pin_text(PIN)) is None
    assert scene.offered == [Offer(TEXT, PIN)]


@pytest.mark.parametrize("notice", [SetupNotice.WAITING, *REFUSALS.values(), SetupNotice.NO_DESK])
def test_what_is_counted_is_played_to_its_end_before_it_is_said_again(notice: SetupNotice) -> None:
    scene = Scene()
    scene.prompt.update(EnrolmentProgress("from a file", notice))
    assert scene.show() is notice
    assert scene.show(ms=lasts_ms(notice) + PAUSE_MS - 1) is None
    assert scene.show(ms=1) is notice
    assert max(step.ms for step in NOTICE_PATTERNS[notice][:-1]) < PAUSE_MS


def test_the_pin_may_come_first() -> None:
    scene = Scene()
    scene.show(pin_text(PIN))
    assert scene.show(TEXT) is SetupNotice.TAKEN


def test_what_gate_enrol_tells_of_this_ticket_is_passed_on() -> None:
    scene = Scene()
    scene.show(TEXT, pin_text(PIN))
    scene.prompt.update(EnrolmentProgress("another ticket", SetupNotice.EXPIRED))
    assert scene.show() is None
    for notice in (SetupNotice.WORKING, SetupNotice.NO_NETWORK, SetupNotice.USED):
        scene.prompt.update(EnrolmentProgress(scene.offered[0].digest, notice))
        assert scene.show() is notice


def test_before_anything_is_held_up_the_boot_partitions_ticket_is_told_of() -> None:
    scene = Scene()
    scene.prompt.update(EnrolmentProgress("from a file", SetupNotice.WRONG_PIN))
    assert scene.show() is SetupNotice.WRONG_PIN


def test_bad_tickets_have_their_own_light_and_a_good_one_still_counts() -> None:
    scene = Scene(KEY.public_key().public_bytes_raw())
    assert scene.show(TEXT[:300]) in (SetupNotice.ALTERED, SetupNotice.FOREIGN)
    assert scene.show(sign(TICKET, Ed25519PrivateKey.generate())) is SetupNotice.FOREIGN
    assert scene.show(TEXT, pin_text(PIN)) is SetupNotice.TAKEN


def test_a_camera_reads_a_ticket_and_its_pin(tmp_path: Path) -> None:
    """Run the real loop: frames, decoder process, hand-over by file, and the end."""
    etc, boot = tmp_path / "etc", tmp_path / "boot"
    boot.mkdir()
    showings = [Showing(TEXT.encode(), 1.2), Showing("", 0.6), Showing(pin_text(PIN).encode(), 1.2)]
    write_sequence(etc / "frames", showings, fps=5, size=(960, 540), seed=1)
    (boot / "hardware.toml").write_text(
        '[gate]\nstate_dir = "state"\nrun_dir = "run"\n[signals]\ndriver = "none"\n'
        '[camera]\nsource = "replay"\npath = "frames"\nfps = 5.0\n'
    )
    supervisor = FakeSupervisor()

    def district() -> None:
        """Do what gate-enrol does when it has found a ticket."""
        while not supervisor.stopping.wait(0.05):
            offer = get(etc / "run" / OFFER_NAME, Offer)
            if offer:
                tell(
                    etc / "state" / "enrolment.json",
                    EnrolmentProgress(offer.digest, SetupNotice.WORKING),
                )
                found.append(offer)
                (etc / "gate.toml").write_text("")
                return

    found: list[Offer] = []
    other = threading.Thread(target=district)
    other.start()
    try:
        unprovisioned.run(etc, boot, supervisor)
    finally:
        supervisor.stopping.set()
        other.join()
    assert found == [Offer(TEXT, PIN)]
    assert supervisor.told == ["ready", "alive", "stopped"]
    assert not (etc / "run" / OFFER_NAME).exists(), "no PIN stays behind"


def test_a_camera_gets_each_frame_back_before_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hardware = picamera2.Hardware(width=1280, height=720, stride=1296)
    monkeypatch.setitem(sys.modules, "picamera2", hardware.picamera2_module())
    monkeypatch.setitem(sys.modules, "libcamera", hardware.libcamera_module())
    (tmp_path / "hardware.toml").write_text(
        '[gate]\nstate_dir = "state"\nrun_dir = "run"\n[signals]\ndriver = "none"\n'
    )

    class ThreeFrames(FakeSupervisor):
        def alive(self) -> None:
            if hardware.asked == 3:
                self.stopping.set()

    unprovisioned.run(tmp_path, tmp_path, ThreeFrames())
    assert (hardware.asked, hardware.lent, hardware.running) == (3, 0, False)
