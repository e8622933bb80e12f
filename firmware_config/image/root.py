"""Build the root of a gate as a tar: Debian by mmdebstrap, then the layers and the gate's wheel.

There are two steps, and both results are cached: the packages, which take minutes and seldom
change, and the layers over them. The second step runs nothing of the root but its Python, to
compile modules while they can be written.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from firmware_config.image import cache, kernel, python
from firmware_config.image.archive import KEYRING, Archive, Mirrors, sources
from firmware_config.image.layers import REPOSITORY, Hardware, Layer, Origin, chosen, inputs
from firmware_config.image.tools import known_umask, run
from gate_contract.errors import SchoolgateError

PACKAGES_DATE = "1767225600"  # 2026-01-01: no file of the first step is newer
# What a gate carries of this repository, and how its wheel is built.
OURS = ("gate_contract", "device", str(python.PROJECT))
# mmdebstrap mounts this machine's own /dev/shm and /sys in the new root. In a separate mount
# namespace they are unmounted however it ends, so a folder of a stopped run is safe to delete.
APART = ("unshare", "--mount", "--propagation", "private")
COMPILE = (
    *("chroot", ".", "python3", "-m", "compileall", "-q"),
    *("--invalidation-mode", "unchecked-hash"),
)
SORTED = (
    *("--sort=name", "--numeric-owner", "--format=posix", "--xattrs", "--xattrs-include=*"),
    "--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime",
)
CPU = "cortex-a76"  # emulated without pointer authentication: seven times as fast as qemu's default


@dataclass(frozen=True, slots=True)
class RootSpec:
    """The specification of a root."""

    architecture: str
    suite: str
    hardware: Hardware
    origin: Origin

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers of the root."""
        return chosen(self.hardware, self.origin)


def our_files() -> Iterator[tuple[str, Path]]:
    """Yield the sources of the gate's wheel, as (name, path)."""
    for folder in OURS:
        for path in sorted((REPOSITORY / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield str(path.relative_to(REPOSITORY)), path


def epoch() -> str:
    """Return the newest time of files in the root, in seconds since 1970.

    It is `SOURCE_DATE_EPOCH`, or the time of the last commit that changed an input of the root.
    """
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return given
    made_of = [*OURS, "systemd", "requirements-gate.lock"]
    committed = run(["git", "-C", REPOSITORY, "log", "-1", "--format=%ct", "--", *made_of]).strip()
    if not committed:
        raise SchoolgateError("this is not a clone with its history; set SOURCE_DATE_EPOCH")
    return committed.decode()


@known_umask()
def build_root(wish: RootSpec, mirrors: Mirrors, folder: Path) -> Path:
    """Return the root's tar in the cache `folder`; build it if it is missing."""
    if os.geteuid():
        raise SchoolgateError("a root has files of many owners; run gate-image as root (sudo)")
    packages, moment = _packages_key(wish), epoch()

    def make(out: Path) -> None:
        base = cache.kept(folder, f"packages-{packages}.tar", lambda at: _debian(wish, mirrors, at))
        with tempfile.TemporaryDirectory(prefix="gate-image-") as work:
            _lay(base, wish, mirrors, moment, Path(work), out)

    return cache.kept(folder, root_name(wish), make)


def root_name(wish: RootSpec) -> str:
    """Return the name of the root's tar in the cache, by all of its inputs."""
    key = cache.digest(
        {"packages": _packages_key(wish), "epoch": epoch()}, [*inputs(wish.layers), *our_files()]
    )
    return f"root-{wish.suite}-{wish.architecture}-{wish.hardware}-{key}.tar"


def _packages_key(wish: RootSpec) -> str:
    return cache.digest(
        {
            "suite": wish.suite,
            "architecture": wish.architecture,
            "packages": [(layer.packages, layer.backports) for layer in wish.layers],
            "components": [layer.components for layer in wish.layers],
        }
    )


def apt_sources(wish: RootSpec, mirrors: Mirrors) -> str:
    """Return the lines of a `sources.list` for this root."""
    components = [name for layer in wish.layers for name in layer.components]
    return sources(mirrors, wish.suite, wish.origin, components)


def _debian(wish: RootSpec, mirrors: Mirrors, out: Path) -> None:
    names = [name for layer in wish.layers for name in layer.packages]
    names += [f"{name}/{wish.suite}-backports" for layer in wish.layers for name in layer.backports]
    options = [
        "--mode=root",
        "--variant=minbase",
        f"--architectures={wish.architecture}",
        f"--keyring={KEYRING}",
        '--aptopt=APT::Install-Recommends "false"',
        '--aptopt=Acquire::Languages "none"',
        "--dpkgopt=force-unsafe-io",
        *(f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("man", "locale", "info")),
        "--dpkgopt=path-exclude=/usr/share/doc/*",
        "--dpkgopt=path-include=/usr/share/doc/*/copyright",
        f"--include={','.join(dict.fromkeys(names))}",
        "--format=tar",
    ]
    run(
        [*APART, "mmdebstrap", *options, wish.suite, out, "-"],
        env={"SOURCE_DATE_EPOCH": PACKAGES_DATE, "QEMU_CPU": CPU},
        given=apt_sources(wish, mirrors).encode(),
    )


def _lay(base: Path, wish: RootSpec, mirrors: Mirrors, moment: str, work: Path, out: Path) -> None:
    root = work / "root"
    root.mkdir(mode=0o755)
    run(["tar", "-xpf", base, "-C", root, "--numeric-owner", "--xattrs", "--xattrs-include=*"])
    archive = Archive(work / "apt", apt_sources(wish, mirrors), wish.architecture)
    for layer in wish.layers:
        _files(layer, root)
    of = python.interpreter(root, wish.architecture)
    locks = [REPOSITORY / lock for layer in wish.layers for lock in layer.locks]
    left_out = {name for layer in wish.layers for name in layer.left_out}
    python.install(
        root, locks, left_out, REPOSITORY, of, archive, work, env={"SOURCE_DATE_EPOCH": moment}
    )
    for name in (name for layer in wish.layers for name in layer.unpacked):
        kernel.unpack(name, root, archive)
    for version in kernel.versions(root):
        run(["depmod", "-b", root, version])
    run(["systemd-sysusers", f"--root={root}"])
    for layer in wish.layers:
        _units(layer, root)
    _clean(root)
    _name(wish, moment, root)
    run(
        [*COMPILE, f"/{python.HOME}/lib"],
        cwd=root,
        env={"QEMU_CPU": CPU, "PYTHONHASHSEED": "0"},
    )
    python.trust_compiled(root)
    pack(root, moment, out)


def _files(layer: Layer, root: Path) -> None:
    for path in sorted(path for path in layer.files.rglob("*") if path.is_file()):
        _put(path, root / path.relative_to(layer.files))
    for source, place in layer.shipped.items():
        _put(REPOSITORY / source, root / place)
    for link, target in layer.links.items():
        (root / link).parent.mkdir(parents=True, exist_ok=True)
        (root / link).unlink(missing_ok=True)
        (root / link).symlink_to(target)
    for folder in layer.folders:
        (root / folder).mkdir(parents=True, exist_ok=True)


def _put(source: Path, place: Path) -> None:
    """Copy a file with the permissions that git stores, whatever this machine's umask is."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    shutil.copyfile(source, place)
    place.chmod(0o755 if source.stat().st_mode & 0o100 else 0o644)


def _units(layer: Layer, root: Path) -> None:
    for verb, names in (("enable", layer.enable), ("mask", layer.mask)):
        if names:
            run(["systemctl", f"--root={root}", "--quiet", verb, *names])


def _clean(root: Path) -> None:
    """Remove what package scripts left that is specific to this machine, or secret."""
    for pattern in ("etc/ssh/ssh_host_*", "var/log/*", "var/cache/*", "var/lib/apt/lists/*"):
        for path in root.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    (root / "etc/machine-id").write_bytes(b"")  # a new one in memory at each boot
    (root / "usr/lib/clock-epoch").touch()  # a clock without a battery starts no earlier than this


def _name(wish: RootSpec, moment: str, root: Path) -> None:
    """Write the name and version of the image to os-release and RAUC's configuration.

    A later image has a higher version.
    """
    version = datetime.fromtimestamp(int(moment), UTC).strftime("%Y%m%d%H%M%S")
    machine = f"schoolgate-{wish.architecture}"
    with (root / "usr/lib/os-release").open("a") as release:
        release.write(f"IMAGE_ID={machine}\nIMAGE_VERSION={version}\n")
    slots = root / "etc/rauc/system.conf"
    slots.write_text(slots.read_text().replace("@MACHINE@", machine))


def pack(folder: Path, moment: str, out: Path) -> None:
    """Pack a folder as a tar whose bytes depend only on its contents and `moment`."""
    dated = [f"--mtime=@{moment}", "--clamp-mtime"]
    run(["tar", "-cf", out, "-C", folder, *SORTED, *dated, "."])
