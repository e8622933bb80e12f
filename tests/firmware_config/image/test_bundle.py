"""A real update: RAUC signs it, and RAUC refuses forged and torn ones."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from device.updating import boot_choice, slot_service
from device.updating.boot_slot import BootSlot
from device.updating.install_rules import SlotAction
from device.updating.slot_service import GateSystem, install, tend
from firmware_config.image.build import build
from firmware_config.image.bundle import CERT, KEY, make_bundle, make_key
from firmware_config.image.layers import Origin
from gate_contract.errors import SchoolgateError
from tests.firmware_config.image import tiny
from tests.firmware_config.image.card import Card, Release

NIGHT = datetime(2026, 11, 23, 22, 0)  # noqa: DTZ001 (the school's own time)
pytestmark = tiny.NEEDS_TOOLS


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with a district's key, an image, and its update `update.raucb`."""
    folder = tmp_path_factory.mktemp("district")
    make_key(folder / "keys", "Huyện A")
    image = build(tiny.tar(folder), Origin.DEBIAN, "arm64", tiny.SMALL, folder / "image")
    make_bundle(image, folder / "keys", folder / "update.raucb")
    return folder


class Tools:
    """Runs RAUC to verify bundles by a gate's keyring; its writes are only recorded.

    Services answer from `states`, one query after the other; the last answer stays.
    """

    def __init__(self, keyring: Path, states: Sequence[str] = ("active",)) -> None:
        self.keyring, self.states, self.done = keyring, list(states), list[str]()

    def __call__(self, words: Sequence[str]) -> str:
        match words:
            case ["rauc", "info", *_]:
                return slot_service.run(["rauc", f"--keyring={self.keyring}", *words[1:]])
            case ["systemctl", "show", *_]:
                return self.states.pop(0) if len(self.states) > 1 else self.states[0]
            case ["rauc", "status", "--output-format=json", *_]:
                held = {"bootname": "B", "slot_status": {"bundle": {"version": "20260528"}}}
                return json.dumps({"slots": [{"root.1": held}]})
        self.done.append(" ".join(words[:3]))
        return ""


def gate(
    card: Card, tools: Tools, running: BootSlot = BootSlot.A, version: str = "20250101"
) -> GateSystem:
    return GateSystem(
        card.backend(running), tools, "schoolgate-arm64", version, lambda: NIGHT, lambda _: None
    )


@pytest.fixture
def card(tmp_path: Path) -> Card:
    (tmp_path / "card").mkdir()
    return Card(tmp_path / "card", Release("1"))


def test_a_genuine_bundle_is_installed(district: Path, card: Card) -> None:
    tools = Tools(district / "keys" / CERT)
    install(district / "update.raucb", gate(card, tools))
    assert tools.done == [f"rauc install {district / 'update.raucb'}"]


def torn(bundle: bytes) -> bytes:
    return bundle[: len(bundle) // 2]


def a_bit_less(bundle: bytes) -> bytes:
    return bundle[:-1]


def flipped(bundle: bytes) -> bytes:
    return bundle[:4000] + bytes([bundle[4000] ^ 1]) + bundle[4001:]


def unsigned(bundle: bytes) -> bytes:
    size = int.from_bytes(bundle[-8:], "big")
    return bundle[: -8 - size]


@pytest.mark.parametrize("harm", [torn, a_bit_less, flipped, unsigned])
def test_a_bundle_that_is_not_as_it_was_signed_is_refused(
    district: Path, card: Card, tmp_path: Path, harm: object
) -> None:
    assert callable(harm)
    harmed = tmp_path / "harmed.raucb"
    harmed.write_bytes(harm((district / "update.raucb").read_bytes()))
    tools = Tools(district / "keys" / CERT)
    with pytest.raises(SchoolgateError, match=r"^rauc: "):
        install(harmed, gate(card, tools))
    assert tools.done == []


def test_another_districts_bundle_is_refused(district: Path, card: Card, tmp_path: Path) -> None:
    make_key(tmp_path / "keys", "Huyện B")
    tools = Tools(tmp_path / "keys" / CERT)
    with pytest.raises(SchoolgateError, match=r"^rauc: "):
        install(district / "update.raucb", gate(card, tools))
    assert tools.done == []


@pytest.mark.parametrize("version", ["20260528", "20270101"])
def test_an_old_bundle_is_refused(district: Path, card: Card, version: str) -> None:
    tools = Tools(district / "keys" / CERT)
    with pytest.raises(SchoolgateError, match=r"refused \(old\)"):
        install(district / "update.raucb", gate(card, tools, version=version))
    assert tools.done == []


def test_a_key_is_not_made_twice(district: Path) -> None:
    before = (district / "keys" / KEY).read_bytes()
    with pytest.raises(SchoolgateError, match="trust it and no other"):
        make_key(district / "keys", "Huyện A")
    assert (district / "keys" / KEY).read_bytes() == before
    assert (district / "keys" / KEY).stat().st_mode & 0o077 == 0


def test_a_slot_on_trial_is_kept_when_its_services_run(district: Path, card: Card) -> None:
    tools = Tools(district / "keys" / CERT, ["activating", "active", "active", "active"])
    assert tend(gate(card, tools, BootSlot.B)) is SlotAction.COMMIT
    assert tools.done == ["rauc status mark-good"]


def test_a_slot_on_trial_is_left_when_its_services_do_not_run(district: Path, card: Card) -> None:
    tools = Tools(district / "keys" / CERT, ["failed"])
    assert tend(gate(card, tools, BootSlot.B)) is SlotAction.GO_BACK
    assert tools.done == ["systemctl reboot"]
    assert boot_choice.committed(card.gate) is BootSlot.A


def test_tries_are_counted_before_the_reboot_and_end(district: Path, card: Card) -> None:
    tools = Tools(district / "keys" / CERT)
    slots = card.backend(BootSlot.A)
    slots.set_primary(BootSlot.B)
    actions = [tend(gate(card, tools)) for _ in range(4)]
    assert actions == [SlotAction.TRY, SlotAction.TRY, SlotAction.GIVE_UP, SlotAction.NOTHING]
    assert tools.done == ["systemctl reboot --reboot-argument=0 tryboot"] * 2
    assert not slots.good(BootSlot.B)
    with pytest.raises(SchoolgateError, match=r"refused \(given_up\)"):
        install(district / "update.raucb", gate(card, tools))
