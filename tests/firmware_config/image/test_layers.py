"""The layers of a root, and the parsing of lock files and mirrors, without building anything."""

import py_compile
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from zipfile import ZipFile

import pytest

from firmware_config.image import cache
from firmware_config.image.archive import mirrors, sources
from firmware_config.image.disk import DISK_ID, Sizes, layout, size_mib, table
from firmware_config.image.layers import REPOSITORY, Hardware, Origin, chosen, inputs
from firmware_config.image.python import Interpreter, forget_scripts, trust_compiled, wanted
from gate_contract.errors import SchoolgateError

BOTH = [(hardware, origin) for hardware in Hardware for origin in Origin]
TRIXIE = Interpreter("3.13", "arm64")


@pytest.mark.parametrize(("hardware", "origin"), BOTH)
def test_every_file_that_a_layer_names_is_there(hardware: Hardware, origin: Origin) -> None:
    layers = chosen(hardware, origin)
    files = dict(inputs(layers))
    assert "systemd/gate-scan.service" in files
    assert all(path.is_file() for path in files.values())
    assert ("raspi-firmware" in {name for layer in layers for name in layer.unpacked}) is (
        hardware is Hardware.PI
    )


def test_the_shipped_units_of_a_gate_are_all_in_the_image() -> None:
    shipped = {name for layer in chosen(Hardware.PI, Origin.DEBIAN) for name in layer.shipped}
    there = {
        str(path.relative_to(REPOSITORY))
        for path in (REPOSITORY / "systemd").rglob("*")
        if path.is_file() and "bridge" not in path.name and "mosquitto" not in str(path)
    }
    assert there - {"systemd/README.md"} == shipped


def test_our_own_units_are_understood_by_systemd() -> None:
    folders = REPOSITORY.glob("firmware_config/image/layers/*/files/etc/systemd/system")
    units = [str(path) for folder in folders for path in folder.glob("*.*") if path.is_file()]
    assert len(units) >= 8
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *units],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [
        line
        for line in told.stderr.splitlines()
        if any(Path(unit).name in line for unit in units)
        and "is not executable" not in line  # not on this machine
        and "not found" not in line
    ]
    assert ours == []


def test_nobody_can_log_in_and_nothing_listens() -> None:
    base = chosen(Hardware.PI, Origin.DEBIAN)[0]
    assert {"getty@.service", "serial-getty@.service", "ssh.service"} <= set(base.mask)
    firewall = (base.files / "etc/nftables.conf").read_text()
    assert "hook input priority filter; policy drop" in firewall
    assert "dport 22" not in firewall


def test_the_ledger_is_on_a_partition_of_no_slot() -> None:
    base = chosen(Hardware.PI, Origin.DEBIAN)[0]
    mount = (base.files / "etc/systemd/system/var-lib-schoolgate.mount").read_text()
    assert "What=/data/ledger\nWhere=/var/lib/schoolgate\n" in mount
    fstab = (base.files / "etc/fstab").read_text()
    parts = {part.name: part for part in layout(Sizes())}
    number = parts["data"].number
    assert number == max(part.number for part in parts.values())
    assert f"PARTUUID={DISK_ID:08x}-{number:02}  /data " in fstab


def test_partitions_follow_each_other_without_overlap() -> None:
    parts = layout(Sizes())
    contents = [part for part in parts if part.name != "extended"]
    for before, after in pairwise(contents):
        assert before.start_mib + before.size_mib <= after.start_mib
    (extended,) = (part for part in parts if part.name == "extended")
    logical = [part for part in contents if part.number > 4]
    assert all(part.start_mib > extended.start_mib for part in logical)
    assert extended.start_mib + extended.size_mib == size_mib(parts)
    assert size_mib(parts) < 7_000  # fits an 8 GB card
    assert table(parts).count("type=c") == 3


LOCK = """\
# a comment
numpy==2.4.6 ; python_full_version < '3.12' \\
    --hash=sha256:aa
    # via schoolgate
numpy==2.5.5 ; python_full_version >= '3.12' \\
    --hash=sha256:bb \\
    --hash=sha256:cc
    # via schoolgate
click==8.5.1 \\
    --hash=sha256:dd
pywin32==1 ; sys_platform == 'win32' \\
    --hash=sha256:ee
"""


def test_a_lock_is_read_for_the_roots_python_and_not_for_ours() -> None:
    assert wanted(LOCK, TRIXIE.environment) == {
        "numpy": "numpy==2.5.5 --hash=sha256:bb --hash=sha256:cc",
        "click": "click==8.5.1 --hash=sha256:dd",
    }
    older = Interpreter("3.11", "amd64")
    assert wanted(LOCK, older.environment)["numpy"] == "numpy==2.4.6 --hash=sha256:aa"


@pytest.mark.parametrize(("hardware", "origin"), BOTH)
def test_what_is_left_out_is_in_a_lock(hardware: Hardware, origin: Origin) -> None:
    layers = chosen(hardware, origin)
    found: dict[str, str] = {}
    for lock in (lock for layer in layers for lock in layer.locks):
        found |= wanted((REPOSITORY / lock).read_text("utf-8"), TRIXIE.environment)
    assert all("--hash=" in line for line in found.values())
    assert {name for layer in layers for name in layer.left_out} <= found.keys()


def test_an_import_from_a_root_compares_nothing(tmp_path: Path) -> None:
    source = tmp_path / "usr/lib/python3.13/colorsys.py"
    source.parent.mkdir(parents=True)
    source.write_text("LIT = True\n")
    compiled = {mode: Path(f"{source}-{mode.name}.pyc") for mode in py_compile.PycInvalidationMode}
    for mode, path in compiled.items():
        py_compile.compile(str(source), str(path), invalidation_mode=mode)
    before = {mode: path.read_bytes() for mode, path in compiled.items()}
    trust_compiled(tmp_path)
    after = {mode: path.read_bytes() for mode, path in compiled.items()}
    modes = py_compile.PycInvalidationMode
    assert after[modes.CHECKED_HASH] == before[modes.UNCHECKED_HASH] != before[modes.CHECKED_HASH]
    assert after[modes.UNCHECKED_HASH] == before[modes.UNCHECKED_HASH]
    assert after[modes.TIMESTAMP] == before[modes.TIMESTAMP]


def test_mirrors_are_this_machines_own() -> None:
    told = b"Debian\thttp://mirror.test/debian/\nDebian-Security\thttp://mirror.test/security/\n"
    ours = mirrors(told + b"Elsewhere\thttp://elsewhere.test/\n")
    assert ours.origin is Origin.DEBIAN
    lines = sources(ours, "trixie", Origin.DEBIAN, ["non-free-firmware"]).splitlines()
    assert len(lines) == 4
    assert all("mirror.test" in line and "main non-free-firmware" in line for line in lines)
    with pytest.raises(SchoolgateError, match="not in this machine's apt sources"):
        sources(ours, "trixie", Origin.RASPBERRYPI)
    with pytest.raises(SchoolgateError, match="apt-get update"):
        mirrors(b"")
    pi = mirrors(told + b"Raspberry Pi Foundation\thttp://pi.test/debian/\n")
    assert pi.origin is Origin.RASPBERRYPI
    assert "http://pi.test" in sources(pi, "trixie", pi.origin)


def test_the_cache_knows_every_change(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("one")
    first = cache.digest({"a": 1}, [("file", path)])
    assert cache.digest({"a": 1}, [("file", path)]) == first
    path.chmod(0o755)
    executable = cache.digest({"a": 1}, [("file", path)])
    path.write_text("two")
    changed = cache.digest({"a": 1}, [("file", path)])
    others = {cache.digest({"a": 2}, [("file", path)]), cache.digest({"a": 1}, [("it", path)])}
    assert len({first, executable, changed, *others}) == 5


def test_a_build_that_stops_leaves_nothing_half_made(tmp_path: Path) -> None:
    def stopped(out: Path) -> None:
        out.write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.kept(tmp_path, "root.tar", stopped)
    assert list(tmp_path.iterdir()) == []
    made = cache.kept(tmp_path, "root.tar", lambda out: (out.write_bytes(b"whole"), None)[1])
    assert cache.kept(tmp_path, "root.tar", stopped).read_bytes() == made.read_bytes() == b"whole"


AS_IF_BY = "import runpy, sys; sys.executable = {!r}; runpy.run_module('pip', run_name='__main__')"


def test_what_pip_has_installed_does_not_tell_which_python_did_it(tmp_path: Path) -> None:
    wheel, about = tmp_path / "tiny-1-py3-none-any.whl", "tiny-1.dist-info"
    with ZipFile(wheel, "w") as files:
        files.writestr("tiny.py", "def main(): pass\n")
        files.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1\n")
        files.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        files.writestr(f"{about}/entry_points.txt", "[console_scripts]\ntiny = tiny:main\n")
        files.writestr(f"{about}/RECORD", "tiny.py,,\n")
    places = [tmp_path / "one", tmp_path / "other"]
    for place in places:
        pip = [sys.executable, "-c", AS_IF_BY.format(f"/{place.name}/bin/python")]
        asked = ["-q", "--no-index", "--no-compile", "--target", str(place), str(wheel)]
        subprocess.run([*pip, "install", *asked], check=True)

    def records() -> set[str]:
        return {(place / about / "RECORD").read_text("utf-8") for place in places}

    assert len(records()) == 2
    for place in places:
        forget_scripts(place)
        assert not (place / "bin").exists()
    assert len(records()) == 1
    assert "tiny.py," in records().pop()
