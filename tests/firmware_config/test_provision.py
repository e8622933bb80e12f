"""A flashed SD card gets its ticket; the list for Imager; the wiring diagram."""

import base64
import json
import lzma
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from device.config import SignalSettings
from device.provisioning.handover import offered_on_boot
from device.provisioning.hardware import district_key as gates_district_key
from device.provisioning.hardware import read_hardware
from device.wiring import HEADER, Pins, diagram, wires
from firmware_config.provision import PIN_NAME, Prepared, district_key, prepare
from firmware_config.provisioning_cli import imager_list, provision
from gate_contract.errors import SchoolgateError
from gate_contract.ticket import TicketError, TicketRefusal
from tests.device.scan.test_ticket_prompt import KEY, OTHER_PIN, PIN, TEXT
from tests.docs.pages import ROOT

PUBLIC = KEY.public_key().public_bytes_raw()
KEYS = f'[cards.keys]\n1 = "x"\n\n[orders.keys]\n1 = "{base64.b64encode(PUBLIC).decode()}"\n'


@pytest.fixture
def boot(tmp_path: Path) -> Path:
    made = tmp_path / "GATE"
    made.mkdir()
    (made / "config.txt").touch()
    return made


def test_what_is_put_on_a_card_is_what_the_gate_reads(boot: Path, tmp_path: Path) -> None:
    ticket, keys, hardware = tmp_path / "a.ticket", tmp_path / "keys", tmp_path / "hardware"
    ticket.write_text(TEXT + "\n")
    keys.write_text(KEYS)
    hardware.write_text("[signals]\nbuzzer_pin = 23\n")
    typed = [str(boot), "--ticket", str(ticket), "--pin", f"{PIN[:5].lower()}-{PIN[5:]}"]
    typed += ["--district", str(keys), "--hardware", str(hardware)]
    for _ in range(2):  # again: in place of what is there
        done = CliRunner().invoke(provision, typed, catch_exceptions=False)
        assert done.exit_code == 0
    folder = boot / "schoolgate"
    offer = offered_on_boot(folder)
    assert offer
    assert (offer.text, offer.pin) == (TEXT, PIN)
    assert gates_district_key(folder) == PUBLIC
    assert read_hardware(folder) == {"signals": {"buzzer_pin": 23}}


def test_bad_ones_never_reach_the_card(boot: Path, tmp_path: Path) -> None:
    good = TEXT.encode()
    for prepared, refusal in (
        (Prepared(good[:-4]), TicketRefusal.ALTERED),
        (Prepared(good, district=bytes(32)), TicketRefusal.FOREIGN),
        (Prepared(good, pin=OTHER_PIN), TicketRefusal.WRONG_PIN),
        (Prepared(good, pin="1234"), TicketRefusal.WRONG_PIN),
    ):
        with pytest.raises(TicketError) as told:
            prepare(boot, prepared)
        assert told.value.refusal is refusal
    with pytest.raises(SchoolgateError, match="boot partition"):
        prepare(tmp_path, Prepared(good))
    with pytest.raises(SchoolgateError, match="--ticket"):
        prepare(boot, Prepared(pin=PIN))
    assert not (boot / "schoolgate").exists()


def test_another_ticket_takes_the_place_of_the_first_and_its_pin(boot: Path) -> None:
    prepare(boot, Prepared(TEXT.encode(), pin=PIN))
    prepare(boot, Prepared(TEXT.encode()))
    assert not (boot / "schoolgate" / PIN_NAME).exists()
    for text in ("", "[orders.keys]\n", "AAAA"):
        with pytest.raises(SchoolgateError, match="gate keys"):
            district_key(text)


def test_imager_is_told_what_it_checks(tmp_path: Path) -> None:
    image, out = tmp_path / "a.img.xz", tmp_path / "list.json"
    content = bytes(range(256)) * 4096
    image.write_bytes(lzma.compress(content, preset=0))
    typed = [str(image), "--url", "https://a.vn/a.img.xz", "--version", "1.0"]
    done = CliRunner().invoke(
        imager_list, [*typed, "--released", "2026-11-22", "--out", str(out)], catch_exceptions=False
    )
    assert done.exit_code == 0
    [entry] = json.loads(out.read_text())["os_list"]
    assert entry["extract_size"] == len(content)
    assert entry["extract_sha256"] == sha256(content).hexdigest()
    assert entry["image_download_size"] == image.stat().st_size
    assert {"name", "description", "icon", "url", "release_date", "devices"} <= entry.keys()
    image.write_bytes(image.read_bytes()[:-9])
    with pytest.raises(SchoolgateError, match="build"):
        CliRunner().invoke(
            imager_list, [*typed, "--released", "x", "--out", str(out)], catch_exceptions=False
        )


def test_the_diagram_in_the_docs_is_drawn_from_the_defaults() -> None:
    pins = SignalSettings()
    drawn = diagram(
        Pins(pins.red_pin, pins.green_pin, pins.blue_pin, pins.buzzer_pin, pins.active_high)
    )
    assert (ROOT / "docs" / "images" / "wiring.svg").read_text("utf-8") == drawn
    assert all(f"GPIO{pin}" in drawn for pin in (17, 27, 22, 18))


def test_a_part_that_is_not_there_has_no_wire_and_each_other_one_its_own() -> None:
    made = wires(Pins(17, 27, -1, 18, active_high=False))
    assert [(wire.part, HEADER[wire.pin - 1]) for wire in made] == [
        ("red", "GPIO17"),
        ("green", "GPIO27"),
        ("buzzer", "GPIO18"),
        ("ground", "3V3"),
    ]
    assert len(HEADER) == 40
    assert len({wire.pin for wire in made}) == 4
