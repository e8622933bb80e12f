"""A data partition after provisioning: a gate that reads recorded frames."""

import shutil
from pathlib import Path

from demo.scenes.showing import Showing, write_sequence
from firmware_config.image.filesystems import ext4
from tests.end_to_end.district_harness import DistrictHarness
from tests.end_to_end.passing import card_codes
from tests.systemd.credentials import credential

GATE = "gate-a1"
CARDS = 3
PROBE = Path(__file__).parent / "probe.sh"
UNIT = """\
[Unit]
After=gate-scan.service gate-uplink.service
[Service]
Environment=CARDS={cards}
ExecStart=/bin/sh /etc/schoolgate/probe.sh
"""

# A Pi takes seconds to import what gate-scan needs; emulated on a busy machine it takes minutes.
PATIENCE = "[Service]\nTimeoutStartSec=10min\nWatchdogSec=5min\n"

# Cards come at once here, and the notices of the first start's self-test would stand among their
# signals. The virtual gate looks at those.
NO_SELF_TEST = (
    """ExecStartPre=+/bin/sh -c "tr -d '\\\\n-' """
    """</proc/sys/kernel/random/boot_id >/run/schoolgate/self-tested"\n"""
)


def command_line() -> str:
    """Return the kernel options that make the image run the probe, without changing a file."""
    given = {"systemd.extra-unit.probe.service": UNIT.format(cards=CARDS)}
    given["systemd.unit-dropin.gate-scan.service"] = PATIENCE + NO_SELF_TEST
    given["systemd.unit-dropin.gate-uplink.service"] = PATIENCE
    credentials = (credential(name, text) for name, text in given.items())
    return f"{' '.join(credentials)} systemd.wants=probe.service systemd.log_color=no"


def data_partition(folder: Path, *, pins: bool, last: str, size_mib: int) -> Path:
    """Make an ext4 with a gate's configuration, keys and frames.

    `last` is what the probe ends with.
    """
    district = DistrictHarness(folder / "district", (GATE,))
    gate = folder / "data" / "gate"
    shutil.copytree(district.configs[GATE].parent, gate)
    text = (gate / "gate.toml").read_text("utf-8")
    for old, new in {
        'state_dir = "state"\nrun_dir = "run"\nrepeat_window_s = 0.001\n': "",
        '[signals]\ndriver = "none"\n': f'[signals]\ndriver = "{"gpio" if pins else "none"}"\n',
        'path = "frames"\n': 'path = "frames"\nfps = 2.0\n',
    }.items():
        assert old in text
        text = text.replace(old, new)
    (gate / "gate.toml").write_text(text, "utf-8")
    showings = [Showing("", 1)]
    for code in card_codes(district, CARDS):
        showings += [Showing(code, 2), Showing("", 1.5)]
    # Time to stop before the first one comes again.
    showings += [Showing("", 10)]
    write_sequence(gate / "frames", showings, fps=2.0, size=(960, 540), seed=7)
    shutil.copyfile(PROBE, gate / "probe.sh")
    (gate / "last.sh").write_text(last)
    out = folder / "data.ext4"
    ext4(
        folder / "data", out, label="gate-data", size_mib=size_mib, seed="test", moment="1780000000"
    )
    return out
