"""Draw the wiring diagram of a gate from the pins of its configuration, as SVG. Pure.

The header is that of every Raspberry Pi with 40 pins, seen from above with the board's edge to the
right: odd numbers left, even ones right.
"""

from dataclasses import dataclass
from html import escape

HEADER: tuple[str, ...] = (
    *("3V3", "5V", "GPIO2", "5V", "GPIO3", "GND", "GPIO4", "GPIO14", "GND", "GPIO15"),
    *("GPIO17", "GPIO18", "GPIO27", "GND", "GPIO22", "GPIO23", "3V3", "GPIO24", "GPIO10", "GND"),
    *("GPIO9", "GPIO25", "GPIO11", "GPIO8", "GND", "GPIO7", "GPIO0", "GPIO1", "GPIO5", "GND"),
    *("GPIO6", "GPIO12", "GPIO13", "GND", "GPIO19", "GPIO16", "GPIO26", "GPIO20", "GND", "GPIO21"),
)
"""The function of pin 1, 2, ... 40. Source: Raspberry Pi, "GPIO and the 40-pin header"."""

_LEFT, _TOP, _STEP = 330, 96, 22
_COLOURS = {
    "red": ("#c62828", "LED đỏ · red"),
    "green": ("#2e7d32", "LED xanh lá · green"),
    "blue": ("#1565c0", "LED xanh dương · blue"),
    "buzzer": ("#6a1b9a", "Còi · buzzer"),
    "ground": ("#212121", "Mát · ground"),
}


@dataclass(frozen=True, slots=True)
class Pins:
    """GPIO numbers (BCM), -1 for a part that is not connected."""

    red: int
    green: int
    blue: int
    buzzer: int
    active_high: bool = True


@dataclass(frozen=True, slots=True)
class Wire:
    """A wire from a part to pin `pin` of the header, 1 to 40."""

    part: str
    pin: int
    label: str


def wires(pins: Pins) -> tuple[Wire, ...]:
    """Return each part's wire, and the shared one: ground, or 3.3 V with a common anode.

    Raises:
        ValueError: a GPIO that is not on the header.
    """
    made = [
        Wire(part, HEADER.index(f"GPIO{gpio}") + 1, f"GPIO{gpio}")
        for part, gpio in (
            ("red", pins.red),
            ("green", pins.green),
            ("blue", pins.blue),
            ("buzzer", pins.buzzer),
        )
        if gpio >= 0
    ]
    shared = "GND" if pins.active_high else "3V3"
    lowest = max(pin for pin in range(1, len(HEADER), 2) if HEADER[pin - 1] == shared)
    return (*made, Wire("ground", lowest, shared))


def diagram(pins: Pins) -> str:
    """Return the diagram as SVG."""
    drawn = [*_frame(), *_header()]
    for number, wire in enumerate(wires(pins)):
        drawn += _wire(wire, number, resistor=wire.part in ("red", "green", "blue"))
    note = "Mỗi LED qua một điện trở 330 Ω. · 330 Ω in series with each LED."
    drawn.append(_text(24, 580, note, size=14))
    anode = "chân chung nối 3V3 · common anode to 3V3"
    cathode = "chân chung nối GND · common cathode to GND"
    drawn.append(_text(24, 602, f"LED RGB: {cathode if pins.active_high else anode}", size=14))
    return "\n".join([*drawn, "</svg>"]) + "\n"


def _frame() -> list[str]:
    return [
        (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 560 620" width="560" '
            'height="620" font-family="DejaVu Sans, sans-serif" role="img">'
        ),
        "<title>Sơ đồ nối dây · Wiring</title>",
        '<rect width="560" height="620" fill="#ffffff"/>',
        _text(24, 40, "Sơ đồ nối dây cổng Schoolgate · Wiring of a gate", size=20, weight="bold"),
        _text(24, 64, "Raspberry Pi 3B+, 4, 5, Zero 2 W: 40 chân · 40 pins", size=14),
        (
            f'<rect x="{_LEFT - 14}" y="{_TOP - 18}" width="{_STEP * 2 + 8}" '
            f'height="{_STEP * 20 + 14}" rx="6" fill="#eceff1" stroke="#607d8b"/>'
        ),
    ]


def _header() -> list[str]:
    drawn = []
    for pin, name in enumerate(HEADER, 1):
        x, y = _place(pin)
        fill = {"GND": "#212121", "3V3": "#ef6c00", "5V": "#b71c1c"}.get(name, "#b0bec5")
        shape = f'x="{x - 6}" y="{y - 6}" width="12" height="12"' if pin == 1 else ""
        drawn.append(
            f'<rect {shape} fill="{fill}"/>'
            if shape
            else f'<circle cx="{x}" cy="{y}" r="6" fill="{fill}"/>'
        )
        if pin % 2 == 0:
            drawn.append(_text(x + 24, y + 4, f"{pin}  {name}", size=10, colour="#78909c"))
    return drawn


def _wire(wire: Wire, number: int, *, resistor: bool) -> list[str]:
    colour, title = _COLOURS[wire.part]
    if wire.part == "ground" and wire.label == "3V3":
        colour, title = "#ef6c00", "Chung · common"
    x, y = _place(wire.pin)
    box = 110 + number * 88
    turn = 262 + number * 9
    path = f"M 196 {box + 18} H {turn} V {y} H {x - 8}"
    if wire.pin % 2 == 0:  # the right column: round the left one, between two rows
        path = f"M 196 {box + 18} H {turn} V {y + 11} H {x} V {y + 7}"
    drawn = [
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>',
        (
            f'<rect x="24" y="{box}" width="172" height="36" rx="6" fill="#ffffff" '
            f'stroke="{colour}" stroke-width="2"/>'
        ),
        _text(34, box + 16, title, size=12, weight="bold", colour=colour),
        _text(34, box + 31, f"{wire.label} = chân · pin {wire.pin}", size=11),
    ]
    if resistor:
        drawn.append(
            f'<rect x="206" y="{box + 11}" width="38" height="14" fill="#ffffff" '
            f'stroke="{colour}" stroke-width="2"/>'
        )
        drawn.append(_text(211, box + 40, "330 Ω", size=10, colour=colour))
    return drawn


def _place(pin: int) -> tuple[int, int]:
    row, column = divmod(pin - 1, 2)
    return _LEFT + column * _STEP, _TOP + row * _STEP


def _text(
    x: int, y: int, text: str, *, size: int, weight: str = "normal", colour: str = "#263238"
) -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" '
        f'fill="{colour}">{escape(text)}</text>'
    )
