"""The checks of a booted card: its output passes them, missing output does not."""

import pytest

from tests.firmware_config.image.expected import Report
from tests.firmware_config.image.machine import MODELS, Told

WELL = {
    "model": "linux,dummy-virt",
    "architecture": "aarch64",
    "kernel": "6.12",
    "scan": "active",
    "uplink": "active",
    "failed": "",
    "booted_slot": "A",
    "primary_slot": "A",
    "root_us": "3500000",
    "scan_ready_us": "21000000",
    "uptime_s": "40",
    "root": "erofs ro",
    "root_written": "Read-only file system",
    "data": "ext4 /dev/vda7",
    "data_mib": "1900",
    "ledger_on": "data",
    "verdicts": "admitted_in admitted_in admitted_in",
    "verified": '{"last": 4, "scans": {"admitted_in": 3, "clock_set": 1}}',
    "firewall": "policy drop",
    "listening": "",
    "passwords": "0",
    "journal": "in memory",
    "watchdog": "i6300ESB timer",
    "watchdog_shipped": "14",
    "petted_s": "30",
}


def told(**changed: str) -> Told:
    return Told(30.0, ended=True, found=WELL | changed, events=["WATCHDOG", "SHUTDOWN guest-reset"])


def failed(report: Report) -> list[str]:
    return [outcome.name for outcome in report.checks() if outcome.faults]


def test_what_is_as_promised_passes() -> None:
    assert failed(Report("virt", told())) == []


@pytest.mark.parametrize("name", MODELS)
def test_a_machine_that_says_nothing_fails_everything(name: str) -> None:
    names = [outcome.name for outcome in Report(name, told()).checks()]
    assert failed(Report(name, Told(30.0, ended=True))) == names
    assert failed(Report(name, Told(30.0))) == [f"{name} boot"]


@pytest.mark.parametrize(
    ("check", "changed"),
    [
        ("boot", {"failed": "gate-scan.service"}),
        ("root", {"root": "erofs rw"}),
        ("data", {"data_mib": "128"}),
        ("cards", {"verdicts": "admitted_in admitted_in"}),
        ("cards", {"verdicts": "admitted_in admitted_in bad_signature"}),
        ("cards", {"verified": '{"last": 3, "scans": {"admitted_in": 2}}'}),
        ("cards", {"verified": "something is altered"}),
        ("closed", {"listening": "tcp LISTEN 0 128 0.0.0.0:22"}),
        ("watchdog", {"watchdog_shipped": "off"}),
    ],
)
def test_one_thing_that_is_wrong_is_named(check: str, changed: dict[str, str]) -> None:
    assert failed(Report("virt", told(**changed))) == [f"virt {check}"]


def test_a_hang_that_nobody_notices_is_a_fault() -> None:
    quiet = told()
    quiet.events = []
    assert failed(Report("virt", quiet)) == ["virt watchdog"]
