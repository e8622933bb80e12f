"""A flashed SD card gets its ticket; the list for Imager; the wiring diagram."""

import base64
from pathlib import Path

import pytest
from click.testing import CliRunner

from device.provisioning.handover import offered_on_boot
from device.provisioning.hardware import district_key as gates_district_key
from device.provisioning.hardware import read_hardware
from firmware_config.provision import PIN_NAME, Prepared, district_key, prepare
from firmware_config.provisioning_cli import provision
from gate_contract.errors import SchoolgateError
from gate_contract.ticket import TicketError, TicketRefusal
from tests.device.scan.test_ticket_prompt import KEY, OTHER_PIN, PIN, TEXT

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
