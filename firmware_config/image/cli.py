"""The `gate-image` command."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import click

from firmware_config.image.archive import our_mirrors
from firmware_config.image.build import build, compress
from firmware_config.image.bundle import CERT, make_bundle, make_key
from firmware_config.image.cache import VARIABLE, default_cache
from firmware_config.image.disk import Sizes
from firmware_config.image.layers import Hardware, Origin
from firmware_config.image.root import RootSpec, build_root
from firmware_config.provisioning_cli import imager_list, provision
from gate_contract.errors import SchoolgateError
from gate_contract.version import VERSION

ARCHITECTURES = ("amd64", "arm64")
Command = Callable[..., None]


def main() -> None:
    """Run the command; print an error of ours as one line, without a traceback."""
    try:
        gate_image()
    except SchoolgateError as error:
        sys.exit(f"gate-image: {error}")


@click.group()
@click.version_option(VERSION)
def gate_image() -> None:
    """Build the image of a gate's SD card, and its updates."""


cache_option = click.option(
    "--cache",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=default_cache,
    envvar=VARIABLE,
    help="Folder that keeps what takes minutes to build.",
)
suite_option = click.option(
    "--suite", default="trixie", show_default=True, help="Debian's release."
)
origin_option = click.option(
    "--origin",
    type=click.Choice([str(origin) for origin in Origin]),
    help="Whose kernel, firmware and camera packages; Raspberry Pi's where they are reachable.",
)


@gate_image.command()
@cache_option
@suite_option
@origin_option
@click.option(
    "--architecture",
    type=click.Choice(ARCHITECTURES),
    required=True,
    help="Debian's name of the processor architecture.",
)
@click.option(
    "--hardware",
    type=click.Choice([str(hardware) for hardware in Hardware]),
    default=str(Hardware.NONE),
    show_default=True,
    help="pi, or none for a virtual gate.",
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The file to write.")
def root(
    folder: Path,
    suite: str,
    origin: str | None,
    architecture: str,
    hardware: str,
    out: Path | None,
) -> None:
    """Make the root file system of a gate as a tar, and print its path.

    Needs root and Debian; `make image` installs the tools.
    """
    mirrors = our_mirrors()
    wish = RootSpec(architecture, suite, Hardware(hardware), Origin(origin or mirrors.origin))
    made = build_root(wish, mirrors, folder)
    if out:
        shutil.copyfile(made, out)
    click.echo(out or made)


@gate_image.command("build")
@cache_option
@suite_option
@origin_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var/image"),
    show_default=True,
    help="The folder for the image and what goes with it.",
)
@click.option("--no-xz", is_flag=True, help="Do not make the compressed image (.img.xz).")
def build_image(folder: Path, suite: str, origin: str | None, out: Path, no_xz: bool) -> None:
    """Make the SD card image for a Raspberry Pi, with checksums, manifest and SBOM.

    Needs root and Debian; `make image` installs the tools and runs this.
    """
    mirrors = our_mirrors()
    wish = RootSpec("arm64", suite, Hardware.PI, Origin(origin or mirrors.origin))
    image = build(build_root(wish, mirrors, folder), wish.origin, "arm64", Sizes(), out)
    click.echo(image)
    if not no_xz:
        click.echo(compress(image))


@gate_image.command("update-key")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="The folder for it; keep it in a safe.",
)
@click.option("--district", required=True, help="Name of the district in the certificate.")
def update_key(out: Path, district: str) -> None:
    """Make the key that the district signs updates with, and its certificate.

    Gates get the certificate when they are provisioned or with their first update order.
    """
    make_key(out, district)
    click.echo(out / CERT)


@gate_image.command("bundle")
@click.argument("image", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--keys",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    required=True,
    help="The folder that update-key has made.",
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The file to write.")
def bundle(image: Path, keys: Path, out: Path | None) -> None:
    """Make the signed update bundle that brings a gate to IMAGE.

    It is written beside IMAGE or to --out.
    """
    out = out or image.with_suffix(".raucb")
    make_bundle(image, keys, out)
    click.echo(out)


for command in (provision, imager_list):
    gate_image.add_command(command)
