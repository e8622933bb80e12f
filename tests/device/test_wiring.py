"""The wiring diagram is drawn from the pins of the configuration."""

from device.config import SignalSettings
from device.wiring import HEADER, Pins, diagram, wires
from tests.docs.pages import ROOT


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
