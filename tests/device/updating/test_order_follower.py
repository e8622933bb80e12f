"""A gate and its district's updates: downloaded, verified, installed in time, tried, reported."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from device.updating import download, order_rules, state_file
from device.updating.boot_slot import BootSlot
from device.updating.install_rules import UpdateState
from device.updating.order_rules import MOST_BYTES
from firmware_config.image.bundle import CERT, make_key
from gate_contract.health import UpdateFault
from gate_contract.orders import Update
from tests.builders.orders import orders, payload
from tests.fakes.updating import AFTERNOON, BUNDLE, NEW, NIGHT, OLD, FakeLine, Gate, update


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path)


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "LOOK_BYTES", 1 << 17)


def test_from_orders_to_a_try(gate: Gate) -> None:
    gate.order(update())
    assert gate.follow() == "fetching"
    assert gate.fetch(FakeLine().ask) == "fetched"
    assert gate.files == [".raucb"]
    assert gate.follow() == "pending"
    assert gate.done == ["rauc install", "systemctl reboot"]
    assert gate.files == [], "what is installed is not kept twice"
    assert (gate.state.pending, gate.state.version) == (BootSlot.B, NEW)
    gate.running, gate.version = BootSlot.B, NEW
    assert gate.follow() == "trial"
    gate.slots.set_good(BootSlot.B)
    assert gate.follow() == "current"
    assert (gate.told.version, gate.told.wanted, gate.told.stage) == (NEW, NEW, "current")


def test_a_line_that_breaks_is_gone_on_with(gate: Gate) -> None:
    gate.order(update())
    line = FakeLine(breaks=(100_000, 300_000, 0, 5))
    assert gate.fetch(line.ask) == "fetched"
    assert line.asked == [0, 100_000, 400_000, 400_000, 400_005]
    assert len(gate.paused) == 4


def test_a_line_that_is_dead_is_given_up_for_now_and_keeps_its_part(gate: Gate) -> None:
    gate.order(update())
    line = FakeLine(breaks=(70_000, 0, 0, 0, 0, 0))
    assert gate.fetch(line.ask) == "fetching unreachable"
    assert (gate.files, gate.told.fetched) == ([".part"], 70_000)
    away = FakeLine(faults=(UpdateFault.UNREACHABLE,) * 5)
    assert gate.fetch(away.ask) == "fetching unreachable"
    refused = FakeLine(faults=(UpdateFault.UNTRUSTED,))
    assert gate.fetch(refused.ask) == "fetching untrusted"
    assert refused.asked == [70_000], "asking again at once would not help"
    assert gate.fetch(FakeLine().ask) == "fetched"
    assert gate.told.fault == ""


def test_a_server_that_knows_no_parts_sends_all_again(gate: Gate) -> None:
    gate.order(update())
    line = FakeLine(breaks=(100_000,), knows_parts=False)
    assert gate.fetch(line.ask) == "fetched"
    assert bundle(gate) == BUNDLE


def bundle(gate: Gate) -> bytes:
    (found,) = gate.places.bundles.glob("*.raucb")
    return found.read_bytes()


def test_other_bytes_are_not_believed_and_not_fetched_a_third_time(gate: Gate) -> None:
    gate.order(update())
    other = FakeLine(bytes(len(BUNDLE)))
    assert gate.fetch(other.ask) == "fetching wrong_bytes"
    assert gate.files == []
    assert gate.fetch(other.ask) == "stopped wrong_bytes"
    assert gate.fetch(FakeLine().ask) == "stopped wrong_bytes"
    gate.order(update(number=8))
    assert gate.fetch(FakeLine().ask) == "fetched"


def test_a_part_of_before_that_is_damaged_is_found_out(gate: Gate) -> None:
    gate.order(update())
    wanted = update()
    gate.places.bundles.mkdir()
    download.part_path(gate.places.bundles, wanted).write_bytes(bytes(1000))
    assert gate.fetch(FakeLine().ask) == "fetching wrong_bytes"
    assert gate.fetch(FakeLine().ask) == "fetched"


@pytest.mark.parametrize(
    ("content", "changes", "said"),
    [
        (BUNDLE + b"more", {}, "stopped wrong_size"),
        (BUNDLE[:-1], {}, "stopped wrong_size"),
        (BUNDLE, {"size": MOST_BYTES + 1}, "stopped too_large"),
        (BUNDLE, {"version": "20250101"}, "stopped old"),
        (BUNDLE, {"version": OLD}, "current"),
        (BUNDLE, {"not_before_ms": 2**50}, "waiting"),
    ],
)
def test_what_is_not_fetched(
    gate: Gate, content: bytes, changes: dict[str, Any], said: str
) -> None:
    gate.order(update(**changes))
    assert gate.fetch(FakeLine(content).ask) == said
    assert gate.files == []


@pytest.mark.parametrize(("now", "said"), [(None, "waiting clock"), (AFTERNOON, "waiting")])
def test_nothing_happens_out_of_hours_or_by_a_clock_that_nobody_set(
    gate: Gate, now: datetime | None, said: str
) -> None:
    gate.order(update())
    gate.put(update())
    gate.now = now
    line = FakeLine()
    assert gate.fetch(line.ask) == said
    assert gate.follow() == said
    assert (line.asked, gate.done) == ([], [])
    assert gate.files == [".raucb"], "it is there when its hours come"
    gate.now = NIGHT
    assert gate.follow() == "pending"


def test_fetching_ends_with_its_hours_and_goes_on_in_the_next(gate: Gate) -> None:
    gate.order(update())

    def evening_ends(at: int) -> None:
        if at > 300_000:
            gate.now = AFTERNOON

    assert gate.fetch(FakeLine(on_read=evening_ends).ask) == "waiting"
    (held,) = (path.stat().st_size for path in gate.places.bundles.glob("*.part"))
    assert 0 < held < len(BUNDLE)
    gate.now = NIGHT
    line = FakeLine()
    assert gate.fetch(line.ask) == "fetched"
    assert line.asked == [held]


def test_orders_that_change_meanwhile_end_it(gate: Gate) -> None:
    gate.order(update())
    line = FakeLine(on_read=lambda at: gate.order(None) if at == 1 << 17 else None)
    assert gate.fetch(line.ask) == "current"
    assert gate.files == []


def test_the_ledgers_room_is_never_taken(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_rules, "reserve", lambda _: 1 << 60)
    gate.order(update())
    line = FakeLine()
    gate.places.bundles.mkdir()
    download.part_path(gate.places.bundles, update()).write_bytes(b"half")
    assert gate.fetch(line.ask) == "waiting no_space"
    assert (line.asked, gate.files) == ([], [])


def test_a_card_keeps_a_gigabyte_free_and_a_small_one_a_quarter() -> None:
    assert order_rules.reserve(28 << 30) == 1 << 30
    assert order_rules.reserve(512 << 20) == 128 << 20


def test_orders_that_nobody_has_signed_change_nothing(gate: Gate) -> None:
    made = bytearray(payload(orders(1, update=update())))
    made[-1] ^= 1
    gate.order(None, bytes(made))
    line = FakeLine()
    assert gate.fetch(line.ask) == "current"
    assert gate.follow() == "current"
    assert (line.asked, gate.done) == ([], [])


@pytest.mark.parametrize(
    ("bundle_is", "refuses", "said"),
    [
        (("schoolgate-amd64", NEW), "", "stopped other_machine"),
        (("schoolgate-arm64", "20260529"), "", "stopped other_version"),
        (("schoolgate-arm64", NEW), "info", "stopped bad_bundle"),
        (("schoolgate-arm64", NEW), "install", "fetched storage"),
    ],
)
def test_what_rauc_does_not_take_is_told(
    gate: Gate, bundle_is: tuple[str, str], refuses: str, said: str
) -> None:
    gate.bundle, gate.refuses = bundle_is, refuses
    gate.order(update())
    gate.put(update())
    assert gate.follow() == said
    assert (gate.told.stage, gate.told.fault) == tuple(said.split())
    assert gate.state.pending is None
    assert gate.done == []


def test_a_slot_that_cannot_be_written_is_written_thrice_at_the_most(gate: Gate) -> None:
    gate.refuses = "install"
    gate.order(update())
    gate.put(update())
    assert [gate.follow() for _ in range(4)] == ["fetched storage"] * 2 + ["stopped storage"] * 2


def test_a_bundle_that_the_card_has_changed_is_fetched_again(gate: Gate) -> None:
    gate.order(update())
    gate.put(update(), bytes(len(BUNDLE)))
    assert gate.follow() == "fetching wrong_bytes"
    assert gate.done == []
    assert gate.fetch(FakeLine().ask) == "fetched"


def test_what_was_given_up_is_not_fetched_again(gate: Gate) -> None:
    state_file.keep(gate.slots.kept, UpdateState(given_up=frozenset({NEW})))
    gate.order(update())
    assert gate.fetch(FakeLine().ask) == "stopped given_up"
    assert gate.told.given_up == [NEW]
    gate.order(update(version="20260601", number=9))
    assert gate.fetch(FakeLine().ask) == "fetched"


def pending(gate: Gate) -> None:
    """Bring the gate to a pending update whose hours ended before its trial."""
    gate.order(update())
    gate.put(update())
    gate.follow()
    gate.done.clear()


def test_an_update_that_is_withdrawn_before_its_try_is_not_tried(gate: Gate) -> None:
    pending(gate)
    gate.order(None)
    assert gate.follow() == "current"
    assert gate.state.pending is None
    assert not gate.slots.good(BootSlot.B)


def test_what_was_installed_by_hand_is_not_withdrawn_by_orders(gate: Gate) -> None:
    pending(gate)
    state = state_file.recall(gate.slots.kept)
    by_hand = UpdateState(pending=state.pending, tries_left=2, version="20261231")
    state_file.keep(gate.slots.kept, by_hand)
    gate.order(None)
    gate.follow()
    assert gate.state.pending is BootSlot.B


def test_without_a_key_of_updates_nothing_is_fetched_and_the_first_one_holds(gate: Gate) -> None:
    gate.places.update_ca.unlink()
    gate.order(update())
    assert gate.fetch(FakeLine().ask) == "waiting no_key"
    first, second = ((gate.folder / name) for name in ("first", "second"))
    wanted = update()
    for folder, expected in ((first, "first"), (second, "first")):
        pem = certificate(folder)
        gate.order(None, with_key(gate, wanted, pem))
        gate.follow()
        assert gate.places.update_ca.read_text() == certificate(gate.folder / expected)
    assert gate.fetch(FakeLine().ask) == "fetched"


def certificate(folder: Path) -> str:
    if not folder.exists():
        make_key(folder, "Huyện A")
    return (folder / CERT).read_text()


def with_key(gate: Gate, wanted: Update, pem: str) -> bytes:
    gate.orders_version += 1
    return payload(replace(orders(gate.orders_version, update=wanted), update_ca=pem))
