"""The commands `gate-image provision` and `gate-image imager-list`."""

import json
import lzma
from hashlib import file_digest, sha256
from pathlib import Path

import click

from firmware_config.imager import Image, os_list
from firmware_config.provision import Prepared, district_key, prepare
from gate_contract.errors import SchoolgateError

CHUNK = 1 << 20
_file = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command("provision")
@click.argument("boot", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--ticket",
    "--bundle",
    "ticket",
    type=_file,
    help="The gate's .ticket file, from: gate-bridge gate add",
)
@click.option("--pin", help="The ticket's PIN. Without it the gate asks for the PIN's code.")
@click.option("--district", type=_file, help="A file with the output of `gate-bridge gate keys`.")
@click.option(
    "--hardware",
    type=_file,
    help="A file with [camera], [signals] and [clock], where they differ from the defaults.",
)
def provision(
    boot: Path,
    ticket: Path | None,
    pin: str | None,
    district: Path | None,
    hardware: Path | None,
) -> None:
    """Prepare a flashed SD card whose boot partition is mounted at BOOT.

    Writes the gate's ticket, its PIN, the district's key and the wiring.
    """
    written = prepare(
        boot,
        Prepared(
            ticket.read_bytes() if ticket else None,
            pin,
            district_key(district.read_text("utf-8")) if district else None,
            hardware.read_text("utf-8") if hardware else None,
        ),
    )
    if not written:
        raise SchoolgateError("nothing to write; name a ticket, --ticket, or --district")
    for path in written:
        click.echo(path)


@click.command("imager-list")
@click.argument("image", type=_file)
@click.option("--url", required=True, help="Where Imager fetches IMAGE from.")
@click.option("--version", "of_version", required=True, help="Version of the software in IMAGE.")
@click.option("--released", required=True, help="Day of the release, YYYY-MM-DD.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The file to write.",
)
def imager_list(image: Path, url: str, of_version: str, released: str, out: Path) -> None:
    """Write the list by which Raspberry Pi Imager offers IMAGE, an .img.xz."""
    size, inner = 0, sha256()
    try:
        with lzma.open(image) as unpacked:
            while chunk := unpacked.read(CHUNK):
                size += len(chunk)
                inner.update(chunk)
    except (lzma.LZMAError, EOFError) as error:
        raise SchoolgateError(f"{image}: {error}; name the .img.xz of gate-image build") from error
    with image.open("rb") as file:
        packed = file_digest(file, "sha256").hexdigest()
    published = Image(
        of_version, url, size, inner.hexdigest(), image.stat().st_size, packed, released
    )
    out.write_text(json.dumps(os_list(published), indent=2, ensure_ascii=False) + "\n", "utf-8")
    click.echo(f"{out}: in Imager, choose it as the repository (rpi-imager --repo {out})")
