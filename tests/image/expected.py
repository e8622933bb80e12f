"""What a booted image has to say for itself."""

from collections.abc import Callable, Mapping

Check = Callable[[str], bool]

ALWAYS: Mapping[str, Check] = {
    "stored": lambda value: int(value or 0) >= 3,
    "verified": lambda value: "none altered" in value,
    "scan": "active".__eq__,
    "uplink": "active".__eq__,
    "failed": "".__eq__,
    "root": "erofs ro".__eq__,
    "root_written": "no".__eq__,
    "data": lambda value: value.startswith("ext4 "),
    "data_mib": lambda value: int(value or 0) > 1500,  # it has grown to the end of the card
    "ledger_on": lambda value: "p7" in value or "vda7" in value,
    "watchdog": lambda value: value.startswith("14s "),
    "firewall": "policy drop".__eq__,
    "listening": "".__eq__,
    "journal": "in memory".__eq__,
    "passwords": "0".__eq__,
    "booted_slot": "A".__eq__,
    "primary_slot": "A".__eq__,
}
OF_A_PI: Mapping[str, Check] = {
    "model": lambda value: value.startswith("Raspberry Pi 3"),
    "watchdog": lambda value: "Broadcom BCM2835 Watchdog timer" in value,
}


def findings(machine: str, found: Mapping[str, str]) -> list[str]:
    """What is not as it must be, in words; nothing if all is well."""
    checks = {**ALWAYS, **(OF_A_PI if machine == "raspi3b" else {})}
    return [
        f"{name} is {found.get(name)!r}"
        for name, holds in checks.items()
        if name not in found or not holds(found[name])
    ]
