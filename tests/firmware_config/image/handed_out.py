"""What a technician gets: the packed card, its checksums, and the lists of its contents."""

import hashlib
import json
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from firmware_config.image import kernel, python
from firmware_config.image.build import sha256
from firmware_config.image.disk import MIB
from tests.firmware_config.image import flashed
from tests.virtual_gate.outcome import Outcome


def checks(image: Path) -> Iterator[Outcome]:
    """Yield each check as an outcome."""
    manifest = json.loads(image.with_suffix(".manifest.json").read_bytes())
    yield packed(image, manifest)
    yield listed(image, manifest)
    yield components(image, manifest)


def packed(image: Path, manifest: dict[str, Any]) -> Outcome:
    """Check that `.xz` is complete and unpacks to the image; `.sha256` holds for both."""
    archive, sums = image.with_name(f"{image.name}.xz"), image.with_suffix(".sha256")
    if not archive.exists():
        return Outcome("card packed", "no .xz", [f"{archive} is missing; make it with: make image"])
    faults = [
        f"{' '.join(told.args)}: {(told.stdout + told.stderr).strip()}"
        for told in (
            _run(["xz", "-t", archive.name], image.parent),
            _run(["sha256sum", "--strict", "-c", sums.name], image.parent),
        )
        if told.returncode
    ]
    if len(sums.read_text().splitlines()) != 2:
        faults.append(f"{sums.name} does not list image and .xz")
    with subprocess.Popen(["xz", "-dc", archive], stdout=subprocess.PIPE) as unpacking:
        assert unpacking.stdout
        unpacked = hashlib.file_digest(unpacking.stdout, "sha256").hexdigest()  # type: ignore[arg-type] # a pipe reads as a file does
    if unpacked != manifest["image_sha256"]:
        faults.append("what it unpacks to is not the image of the manifest")
    sizes = f"{image.stat().st_size / MIB:.0f} MiB, packed {archive.stat().st_size / MIB:.0f} MiB"
    return Outcome("card packed", f"{sizes}; xz -t, sha256sum -c of both, unpacks to it", faults)


def listed(image: Path, manifest: dict[str, Any]) -> Outcome:
    """Check the manifest's sizes, checksums and partitions against the card."""
    faults = []
    if (manifest["image_bytes"], manifest["image_sha256"]) != (
        image.stat().st_size,
        sha256(image),
    ):
        faults.append("the manifest is another image's")
    at = flashed.offsets(image)
    told = {part["number"]: part["start_mib"] * MIB for part in manifest["partitions"]}
    if told != at:
        faults.append(f"partitions begin at {at}, the manifest says {told}")
    numbers = {part["name"]: part["number"] for part in manifest["partitions"]}
    for name, part in (("boot", "BOOT-A"), ("root", "root-a")):
        slot = manifest["slot"][name]
        if _part_sha256(image, at[numbers[part]], slot["bytes"]) != slot["sha256"]:
            faults.append(f"{part} is not what the manifest says")
    mib = {name: manifest["slot"][name]["bytes"] / MIB for name in ("boot", "root")}
    return Outcome(
        "card manifest",
        f"{manifest['name']} {manifest['version']}, {manifest['kernel_and_firmware']}'s kernel, "
        f"{len(at)} partitions, boot {mib['boot']:.0f} MiB, root {mib['root']:.0f} MiB",
        faults,
    )


def components(image: Path, manifest: dict[str, Any]) -> Outcome:
    """Check with other tools that the card's root contains what the SBOM lists."""
    bom = json.loads(image.with_suffix(".cdx.json").read_bytes())
    named = {
        (part["purl"].split("/")[0], part["name"], part["version"]) for part in bom["components"]
    }
    with tempfile.TemporaryDirectory(prefix="gate-image-") as folder:
        root = unpacked_root(image, Path(folder), manifest["slot"]["root"]["bytes"])
        there = {("pkg:deb", name, version) for name, version in _debian(root)}
        debian = len(there)
        of = python.interpreter(root, manifest["architecture"])
        there |= {
            ("pkg:pypi", found.name, found.version)
            for found in distributions(path=[str(python.site(root, of))])
        }
    faults = [f"not in the SBOM: {name} {version}" for _, name, version in sorted(there - named)]
    faults += [f"not in the root: {name} {version}" for _, name, version in sorted(named - there)]
    return Outcome(
        "card SBOM",
        f"{len(named)} components: {debian} of Debian's, {len(there) - debian} of Python's, "
        "all that is in the root and nothing else",
        faults,
    )


def unpacked_root(image: Path, folder: Path, size: int) -> Path:
    """Unpack the first slot's root into a folder."""
    part, root = folder / "root.erofs", folder / "root"
    with image.open("rb") as card, part.open("wb") as out:
        card.seek(flashed.offsets(image)[5])
        left = size
        while left and (block := card.read(min(MIB, left))):
            out.write(block)
            left -= len(block)
    subprocess.run(
        ["fsck.erofs", f"--extract={root}", "--overwrite", part], check=True, capture_output=True
    )
    return root


def _debian(root: Path) -> Iterator[tuple[str, str]]:
    shown = "--showformat=${db:Status-Status} ${Package} ${Version}\n"
    asked = ["dpkg-query", f"--admindir={root / 'var/lib/dpkg'}", "--show", shown]
    for line in subprocess.run(
        asked, check=True, capture_output=True, text=True
    ).stdout.splitlines():
        status, name, version = line.split()
        if status == "installed":
            yield name, version
    for line in (root / kernel.UNPACKED).read_text().splitlines():
        name, _, version = line.partition("\t")
        yield name, version


def _part_sha256(image: Path, start: int, size: int) -> str:
    total = hashlib.sha256()
    with image.open("rb") as card:
        card.seek(start)
        while size and (block := card.read(min(MIB, size))):
            total.update(block)
            size -= len(block)
    return total.hexdigest()


def _run(command: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
