"""Updates as a district makes them: later versions of the root, signed; and some bad ones."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from firmware_config.image.build import sha256
from firmware_config.image.bundle import make_bundle
from firmware_config.image.disk import MIB
from firmware_config.image.tools import run

VERSION = re.compile(rb"(?<=IMAGE_VERSION=)\d{14}")


@dataclass
class Versions:
    """Roots that differ only in their version, and their bundles.

    The root is not compressed: a few of its bytes are replaced by as many others.
    """

    root: Path
    folder: Path
    keys: Path

    def __post_init__(self) -> None:
        (self.installed,) = set(VERSION.findall(self._release()))

    def _release(self) -> bytes:
        return run(["unsquashfs", "-cat", self.root, "usr/lib/os-release"])

    def later(self, days: int) -> bytes:
        """Return a version of so many days after the installed one."""
        at = datetime.strptime(self.installed.decode(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        return (at + timedelta(days=days)).strftime("%Y%m%d%H%M%S").encode()

    def bundle(self, name: str, version: bytes, but: tuple[bytes, bytes] = (b"", b"")) -> Path:
        """Make the bundle of an image of this version with `gate-image bundle`.

        In it, the first bytes of `but` are replaced by the second, at one place.
        """
        image = self.folder / f"{name}.img"
        root = self.root.read_bytes().replace(
            b"IMAGE_VERSION=" + self.installed, b"IMAGE_VERSION=" + version
        )
        right, wrong = but
        if right:
            assert (root.count(right), len(right)) == (1, len(wrong)), "another root would come out"
            root = root.replace(right, wrong)
        boot = version.ljust(MIB, b"\0")
        image.write_bytes(boot + root)
        return self._sign(image, version, len(root), self.keys)

    def small(self, name: str, version: bytes, keys: Path | None = None) -> Path:
        """Make a bundle whose root is no root."""
        image = self.folder / f"{name}.img"
        image.write_bytes(bytes(2 * MIB))
        return self._sign(image, version, MIB, keys or self.keys)

    def disk(self) -> Path:
        """Make a disk with all bundles so far."""
        bundles, out = self.folder / "bundles", self.folder / "bundles.img"
        size_mib = sum(path.stat().st_size for path in bundles.iterdir()) // MIB * 5 // 4 + 16
        with out.open("wb") as empty:
            empty.truncate(size_mib * MIB)
        run(["mke2fs", "-q", "-t", "ext4", "-d", bundles, out])
        return out

    def _sign(self, image: Path, version: bytes, root_bytes: int, keys: Path) -> Path:
        content = image.read_bytes()
        sums = image.with_suffix(".sum")
        told = {}
        for slot, begin, size in (("boot", 0, MIB), ("root", MIB, root_bytes)):
            sums.write_bytes(content[begin : begin + size])
            told[slot] = {"bytes": size, "sha256": sha256(sums)}
        sums.unlink()
        manifest = {
            "name": "schoolgate-amd64",
            "version": version.decode(),
            "slot": told,
            "partitions": [{"name": "BOOT-A", "start_mib": 0}, {"name": "root-a", "start_mib": 1}],
        }
        image.with_suffix(".manifest.json").write_bytes(msgspec.json.encode(manifest))
        out = self.folder / "bundles" / f"{image.stem}.raucb"
        out.parent.mkdir(exist_ok=True)
        make_bundle(image, keys, out)
        image.unlink()
        return out


def spoil(genuine: Path) -> None:
    """Make the same bundle torn, altered, and without its signature."""
    whole, folder = genuine.read_bytes(), genuine.parent
    (folder / "torn.raucb").write_bytes(whole[: len(whole) // 2])
    middle = len(whole) // 2
    (folder / "altered.raucb").write_bytes(
        whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    )
    signature = int.from_bytes(whole[-8:], "big")
    (folder / "unsigned.raucb").write_bytes(whole[: -8 - signature])
