"""Build lgpio for a root of another architecture: Debian has no package of it, PyPI no wheel."""

from pathlib import Path
from shutil import copyfile

from firmware_config.image.archive import Archive
from firmware_config.image.tools import run

TRIPLETS = {"amd64": "x86_64-linux-gnu", "arm64": "aarch64-linux-gnu"}


def lgpio(
    source: Path, site: Path, version: str, architecture: str, archive: Archive, work: Path
) -> None:
    """Compile the binding and its library with a cross compiler, into `site`."""
    triplet, folder = TRIPLETS[architecture], work / "lgpio"
    folder.mkdir()
    # By tar: Python 3.11.2, which is Debian 12's, has no filter for what it unpacks.
    run(["tar", "-xf", source.resolve(), "-C", folder, "--no-same-owner"])
    (tree,) = folder.iterdir()
    headers = work / "headers"
    for package in archive.download(f"libpython{version}-dev"):
        run(["dpkg-deb", "-x", package, headers])
    run(["swig", "-python", "lgpio.i"], cwd=tree)
    parts = sorted(path.relative_to(tree) for path in (tree / "src").glob("lg*.c"))
    binding = f"_lgpio.cpython-{version.replace('.', '')}-{triplet}.so"
    includes = [headers / "usr/include" / f"python{version}", headers / "usr/include", Path("src")]
    # The prefix map keeps this machine's paths out of the binary.
    run(
        [
            f"{triplet}-gcc",
            "-shared",
            "-fPIC",
            "-O2",
            "-pthread",
            "-s",
            f"-ffile-prefix-map={work}=.",
        ]
        + [f"-I{path}" for path in includes]
        + ["-o", str(site / binding), "lgpio_wrap.c", "src/rgpiod.c", *map(str, parts)]
        + ["-lrt", "-ldl"],
        cwd=tree,
    )
    for name in ("lgpio.py", "lgpio_extra.py"):
        if (tree / name).exists():
            copyfile(tree / name, site / name)
