"""The layers of a gate's root, as data: each is a folder with `layer.toml` and `files/`."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import msgspec

from gate_contract.errors import SchoolgateError

LAYERS = Path(__file__).parent / "layers"
REPOSITORY = LAYERS.parents[2]


class Hardware(StrEnum):
    """The hardware that the root will run on."""

    PI = "pi"
    NONE = "none"  # a virtual gate brings its own kernel


class Origin(StrEnum):
    """The origin of kernel, firmware and camera packages."""

    RASPBERRYPI = "raspberrypi"
    DEBIAN = "debian"  # boots and does everything but drive a Pi's camera sensor


class Layer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One layer. Paths are relative: `shipped` and `locks` to this repository, the rest to /."""

    about: str
    packages: tuple[str, ...] = ()
    backports: tuple[str, ...] = ()
    """Packages that are too old in the suite; taken from its backports."""
    components: tuple[str, ...] = ()
    """Components of the archive, beside `main`."""
    unpacked: tuple[str, ...] = ()
    """Packages whose files are wanted, and whose scripts are not run."""
    locks: tuple[str, ...] = ()
    """Python packages, with hashes."""
    left_out: tuple[str, ...] = ()
    """Python packages of `locks` that only build packages, and never run on a gate."""
    shipped: dict[str, str] = {}
    """File of this repository = its place in the root."""
    links: dict[str, str] = {}
    """Symbolic link = its target."""
    folders: tuple[str, ...] = ()
    """Empty folders: mount points."""
    enable: tuple[str, ...] = ()
    mask: tuple[str, ...] = ()
    name: str = ""

    @property
    def files(self) -> Path:
        """The folder of files that are copied into the root; it may be missing."""
        return LAYERS / self.name / "files"


def read(name: str) -> Layer:
    """Return one layer by name. Raises SchoolgateError for an invalid one."""
    path = LAYERS / name / "layer.toml"
    try:
        layer = msgspec.toml.decode(path.read_bytes(), type=Layer)
    except (OSError, msgspec.MsgspecError) as error:
        raise SchoolgateError(f"layer {name}: {error}; see the other layers' layer.toml") from error
    return msgspec.structs.replace(layer, name=name)


def chosen(hardware: Hardware, origin: Origin) -> tuple[Layer, ...]:
    """Return the layers of one root, in the order in which they are applied."""
    names = ["base", f"camera-{origin}", "gate", "slots"]
    if hardware is Hardware.PI:
        names += ["hardware-pi", f"kernel-{origin}"]
    else:
        names += ["hardware-none"]
    return tuple(read(name) for name in names)


def inputs(layers: tuple[Layer, ...]) -> Iterator[tuple[str, Path]]:
    """Yield every file that the layers copy or read, as (name, path), in a fixed order."""
    for layer in layers:
        folder = LAYERS / layer.name
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            yield f"layers/{path.relative_to(LAYERS)}", path
        for source in (*sorted(layer.shipped), *layer.locks):
            yield source, REPOSITORY / source
