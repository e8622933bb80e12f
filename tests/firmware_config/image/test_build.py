"""A tiny image, built twice: its contents, and that both have the same bytes."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from device.updating.boot_choice import boots, committed
from device.updating.boot_slot import BootSlot
from firmware_config.image.build import build
from firmware_config.image.disk import MIB, layout
from firmware_config.image.layers import Origin
from tests.firmware_config.image import tiny
from tests.firmware_config.image.tiny import SMALL

pytestmark = tiny.NEEDS_TOOLS


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Build the same root twice, in other folders and with another umask."""
    folder = tmp_path_factory.mktemp("image")
    tar = tiny.tar(folder)
    first = build(tar, Origin.DEBIAN, "arm64", SMALL, folder / "first")
    ours = os.umask(0o077)
    try:
        return first, build(tar, Origin.DEBIAN, "arm64", SMALL, folder / "second")
    finally:
        os.umask(ours)


def listed(image: Path, offset: int, folder: str = "") -> set[str]:
    told = subprocess.run(
        ["mdir", "-b", "-i", f"{image}@@{offset}", f"::{folder}"],
        check=True,
        capture_output=True,
        text=True,
    )
    return {Path(line).name for line in told.stdout.split()}


def test_two_builds_are_the_same_bytes(built: tuple[Path, Path]) -> None:
    names = {path.name for path in built[0].parent.iterdir()}
    assert len(names) == 3
    for name in names:
        assert (built[0].parent / name).read_bytes() == (built[1].parent / name).read_bytes(), name


def test_the_first_partition_is_for_people_and_for_the_boot_choice(
    built: tuple[Path, Path], tmp_path: Path
) -> None:
    image, gate = built[0], layout(SMALL)[0]
    offset = gate.start_mib * MIB
    assert listed(image, offset) >= {"schoolgate", "autoboot.txt", "bootcode.bin", "config.txt"}
    assert listed(image, offset, "schoolgate") >= {"README.txt"}
    part = tmp_path / "gate.vfat"
    part.write_bytes(image.read_bytes()[offset : offset + gate.size_mib * MIB])
    assert committed(part) is BootSlot.A
    read = subprocess.run(
        ["mtype", "-i", part, "::autoboot.txt"], check=True, capture_output=True
    ).stdout
    assert (boots(read, trying=False), boots(read, trying=True)) == (2, 3)


def test_a_slot_has_the_kernel_and_only_our_boards(built: tuple[Path, Path]) -> None:
    slot = layout(SMALL)[1]
    names = listed(built[0], slot.start_mib * MIB)
    assert names >= {"kernel8.img", "initramfs8", "start4.elf", "config.txt", "cmdline.txt"}
    assert {name for name in names if name.endswith(".dtb")} == {"bcm2711-rpi-4-b.dtb"}


def test_the_roots_name_is_in_the_boot_partition_and_the_manifest(
    built: tuple[Path, Path],
) -> None:
    parts = {part.name: part for part in layout(SMALL)}
    manifest = json.loads(built[0].with_suffix(".manifest.json").read_bytes())
    name = manifest["slot"]["root_uuid"].replace("-", "")
    image = built[0].read_bytes()
    at = parts["root-a"].start_mib * MIB
    assert image[at + 1024 : at + 1028].hex() == "e2e1f5e0"
    assert image[at + 1072 : at + 1088].hex() == name
    offset = parts["BOOT-A"].start_mib * MIB
    line = subprocess.run(
        ["mtype", "-i", f"{built[0]}@@{offset}", "::cmdline.txt"], check=True, capture_output=True
    ).stdout
    assert f"gate.root={name} ".encode() in line
    assert manifest["kernel_and_firmware"] == "debian"
    assert manifest["camera_sensor"] is False


def test_the_other_slot_is_empty(built: tuple[Path, Path]) -> None:
    image = built[0].read_bytes()
    for part in layout(SMALL):
        if part.name in ("BOOT-B", "root-b"):
            start = part.start_mib * MIB
            assert not image[start : start + part.size_mib * MIB].strip(b"\0"), part.name


def test_the_sbom_names_what_is_there_and_not_what_is_gone(built: tuple[Path, Path]) -> None:
    told = json.loads(built[0].with_suffix(".cdx.json").read_bytes())
    assert {component["purl"] for component in told["components"]} == {
        "pkg:deb/debian/libc6@2.41-12?arch=arm64",
        "pkg:deb/debian/linux-image-tiny@1.0-1?arch=arm64",
        "pkg:deb/debian/raspi-firmware@1.2024?arch=arm64",
        "pkg:pypi/msgspec@0.22.0",
    }
