"""Make an update bundle: the slot of an image, signed with the district's update key, for RAUC."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from firmware_config.image.build import sha256
from firmware_config.image.disk import MIB
from firmware_config.image.tools import run
from gate_contract.errors import SchoolgateError

CERT, KEY = "update-ca.pem", "update-key.pem"
BEGIN = datetime(2020, 1, 1, tzinfo=UTC)  # as all our certificates: a gate's clock may be wrong
YEARS = 50
SLOT = {"boot": "BOOT-A", "root": "root-a"}


def make_key(folder: Path, district: str) -> None:
    """Make the district's update key and its certificate, which gates get at provisioning.

    Raises:
        SchoolgateError: there is a key already: gates in service trust no other.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / KEY).exists():
        raise SchoolgateError(f"{folder / KEY} exists; gates in service trust it and no other")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{district} updates")])
    cert = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGIN)
        .not_valid_after(BEGIN + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / KEY).touch(mode=0o600)
    (folder / KEY).write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    (folder / CERT).write_bytes(cert.public_bytes(serialization.Encoding.PEM))


def make_bundle(image: Path, keys: Path, out: Path) -> None:
    """Take the slot out of an image and sign it.

    Raises:
        SchoolgateError: the manifest belongs to another image.
    """
    manifest = msgspec.json.decode(image.with_suffix(".manifest.json").read_bytes())
    parts = {part["name"]: part for part in manifest["partitions"]}
    with tempfile.TemporaryDirectory(prefix="gate-image-") as name:
        content = Path(name) / "content"
        content.mkdir()
        for slot, partition in SLOT.items():
            stated, path = manifest["slot"][slot], content / f"{slot}.img"
            _slice(image, parts[partition]["start_mib"] * MIB, stated["bytes"], path)
            if sha256(path) != stated["sha256"]:
                raise SchoolgateError(f"{image} is not what its manifest says; build it again")
        (content / "manifest.raucm").write_text(
            f"[update]\ncompatible={manifest['name']}\nversion={manifest['version']}\n"
            "[bundle]\nformat=plain\n"
            "[image.boot]\nfilename=boot.img\n[image.root]\nfilename=root.img\n"
        )
        out.unlink(missing_ok=True)
        signed = [f"--cert={keys / CERT}", f"--key={keys / KEY}", f"--keyring={keys / CERT}"]
        run(["rauc", "bundle", *signed, content, out])


def _slice(image: Path, start: int, size: int, out: Path) -> None:
    with image.open("rb") as card, out.open("wb") as part:
        card.seek(start)
        while size:
            block = card.read(min(size, MIB))
            size -= len(block)
            part.write(block)
