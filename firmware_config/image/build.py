"""Build the SD card's image from a root's tar, with its manifest and its bill of materials."""

import hashlib
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import msgspec

from firmware_config.image import boot, disk, filesystems, kernel, python
from firmware_config.image.layers import Origin
from firmware_config.image.sbom import sbom
from firmware_config.image.tools import known_umask, run


@dataclass(frozen=True, slots=True)
class Parts:
    """The file systems: of a slot, and of the two partitions outside of slots."""

    gate: Path
    boot: Path
    root: Path
    data: Path


@known_umask()
def build(tar: Path, origin: Origin, architecture: str, sizes: disk.Sizes, out: Path) -> Path:
    """Write the image, its manifest and its SBOM into the folder `out`; return the image.

    The same root gives the same bytes.
    """
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="gate-image-") as name:
        work = Path(name)
        root = work / "root"
        root.mkdir()
        run(["tar", "-xpf", tar, "-C", root, "--numeric-owner", "--xattrs", "--xattrs-include=*"])
        seed = sha256(tar)
        release = release_of(root)
        parts, slot = make_parts(root, seed, sizes, work)
        layout = disk.layout(sizes)
        contents = {
            "GATE": parts.gate,
            "BOOT-A": parts.boot,
            "root-a": parts.root,
            "data": parts.data,
        }
        version = release["IMAGE_VERSION"]
        image = out / f"schoolgate-{architecture}-{version}.img"
        disk.assemble(image, layout, contents)
        bom = sbom(
            root,
            python.interpreter(root, architecture),
            release["IMAGE_ID"],
            version,
            filesystems.identity(seed, "sbom"),
        )
        _json(image.with_suffix(".cdx.json"), bom)
        manifest = {
            "name": release["IMAGE_ID"],
            "version": version,
            "debian": release["VERSION_CODENAME"],
            "architecture": architecture,
            "kernel_and_firmware": str(origin),
            "camera_sensor": origin is Origin.RASPBERRYPI,
            "unpacked": (root / kernel.UNPACKED).read_text().splitlines(),
            "root_tar_sha256": seed,
            "partitions": [asdict(part) for part in layout],
            "slot": slot,
            "image_sha256": sha256(image),
            "image_bytes": image.stat().st_size,
        }
        _json(image.with_suffix(".manifest.json"), manifest)
    return image


def make_parts(root: Path, seed: str, sizes: disk.Sizes, work: Path) -> tuple[Parts, Any]:
    """Make the four file systems in `work`; return them, and what a bundle states of a slot."""
    moment = str(int((root / "usr/lib/clock-epoch").stat().st_mtime))
    parts = Parts(work / "gate.vfat", work / "boot.vfat", work / "root.erofs", work / "data.ext4")
    root_id = filesystems.identity(seed, "root")
    boot.gate_partition(root, work / "gate")
    boot.slot_partition(root, root_id, work / "boot", moment)
    for folder in (work / "gate", work / "boot"):
        boot.dated(folder, moment)
    same = {"seed": seed, "moment": moment}
    filesystems.fat(work / "gate", parts.gate, label="GATE", size_mib=sizes.gate, **same)
    filesystems.fat(work / "boot", parts.boot, label="BOOT", size_mib=sizes.boot, **same)
    boot.leave_out(root)
    filesystems.erofs(root, parts.root, **same)
    (work / "data").mkdir()
    boot.dated(work / "data", moment)
    filesystems.ext4(work / "data", parts.data, label="gate-data", size_mib=sizes.data, **same)
    sums = {
        name: {"sha256": sha256(path), "bytes": path.stat().st_size}
        for name, path in (("boot", parts.boot), ("root", parts.root))
    }
    return parts, {"root_uuid": str(root_id), **sums}


def release_of(root: Path) -> dict[str, str]:
    """Return the os-release of a root."""
    lines = (root / "usr/lib/os-release").read_text().splitlines()
    pairs = (line.partition("=") for line in lines if "=" in line)
    return {name: value.strip('"') for name, _, value in pairs}


def compress(image: Path) -> Path:
    """Write the image as `.xz`, and a `.sha256` for both, in the format of `sha256sum -c`."""
    packed = image.with_name(f"{image.name}.xz")
    # Blocks of one size: the bytes do not depend on this machine's number of cores. The contents
    # are compressed already, so a higher level only takes longer.
    blocks = [f"--threads=+{os.cpu_count() or 1}", "--block-size=16MiB"]
    run(["xz", "--keep", "--force", "-0", *blocks, "--check=crc32", image])
    listed = "".join(f"{sha256(path)}  {path.name}\n" for path in (image, packed))
    image.with_suffix(".sha256").write_text(listed)
    return packed


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file as hex digits."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _json(path: Path, content: object) -> None:
    path.write_bytes(msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")
