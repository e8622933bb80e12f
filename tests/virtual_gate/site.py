"""The district of the virtual gate, on this side of its network, and the gate's data partition."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.end_to_end.district_harness import DistrictHarness
from tests.virtual_gate.machine import GATE_ADDRESS, HOST_ADDRESS, TAP
from tests.virtual_gate.pictures import Shown

GATE = "vg-virtual-01"
FRAMES = "frames"
TIME = f"[Time]\nNTP={HOST_ADDRESS}\n".encode()


def lay_network() -> None:
    """Connect the virtual gate and this side, in a network namespace of our own."""
    for command in (
        "link set lo up",
        f"tuntap add {TAP} mode tap",
        f"address add {HOST_ADDRESS}/24 dev {TAP}",
        f"link set {TAP} up",
        f"neighbour flush to {GATE_ADDRESS}",
    ):
        subprocess.run(["ip", *command.split()], check=True)


@dataclass
class Site(DistrictHarness):
    """Broker and bridge as processes on this machine; the gate has only its files."""

    gate_ids: tuple[str, ...] = (GATE,)
    host: str = HOST_ADDRESS
    fps: int = 6

    def amended(self, text: str) -> str:
        """Return what `gate-bridge gate add` writes, with the frame rate of the pictures."""
        return f"{text}\n[camera]\nfps = {float(self.fps)}\n"


def make_data(
    image: Path,
    *,
    size_mb: int,
    gate: Path | None = None,
    shows: Mapping[str, Shown] | None = None,
    codes: Sequence[bytes] = (),
    system: Mapping[str, bytes] | None = None,
) -> Path:
    """Make a data partition with the folder `gate` of a provisioned one, or a new one.

    The camera sees the first of `shows`; `codes` are for tests without one, `system` is for root
    alone.
    """
    folder = image.with_suffix(".files")
    ours = folder / "virtual-gate"
    ours.mkdir(parents=True)
    if gate:
        shutil.copytree(gate, folder / "gate")
        place = folder / "gate" / "system"
        place.mkdir(mode=0o700)
        for name, content in {"timesyncd.conf": TIME, **(system or {})}.items():
            (place / name).write_bytes(content)
    (ours / "codes").write_bytes(b"".join(code + b"\n" for code in codes))
    for name, show in (shows or {}).items():
        show.write(ours / name)
        (ours / "fps").write_text(str(show.fps), "ascii")
    if shows:
        shutil.copytree(ours / next(iter(shows)), ours / FRAMES)
    image.unlink(missing_ok=True)
    with image.open("wb") as empty:
        empty.truncate(size_mb << 20)
    options = ["-q", "-t", "ext4", "-L", "gate-data", "-E", "root_owner=0:0"]
    subprocess.run(["mke2fs", *options, "-d", str(folder), str(image)], check=True)
    shutil.rmtree(folder)
    return image


def hold_up(name: str) -> str:
    """Return a shell command that sets the show `name` for the next start of gate-scan."""
    return f"cd /data/virtual-gate && rm -rf {FRAMES} && cp -r {name} {FRAMES}"
