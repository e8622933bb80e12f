"""List the contents of an image as a CycloneDX document: Debian's and Python's packages."""

import uuid
from email.parser import BytesHeaderParser
from pathlib import Path
from urllib.parse import quote

from firmware_config.image import kernel, python

STATUS = Path("var/lib/dpkg/status")


def debian_packages(status: bytes) -> list[tuple[str, str, str]]:
    """Return (name, version, architecture) of each installed package in dpkg's status file."""
    found = []
    for paragraph in status.split(b"\n\n"):
        headers = BytesHeaderParser().parsebytes(paragraph)
        if headers.get("Status", "").endswith(" installed"):
            found.append((headers["Package"], headers["Version"], headers["Architecture"]))
    return sorted(found)


def python_packages(site: Path) -> list[tuple[str, str]]:
    """Return (name, version) of each distribution in `site`."""
    found = []
    for path in site.glob("*.dist-info/METADATA"):
        headers = BytesHeaderParser().parsebytes(path.read_bytes())
        found.append((headers["Name"], headers["Version"]))
    return sorted(found)


def sbom(root: Path, of: python.Interpreter, name: str, version: str, serial: uuid.UUID) -> object:
    """Return a CycloneDX 1.5 document of everything in `root`."""
    debian = debian_packages((root / STATUS).read_bytes())
    unpacked = root / kernel.UNPACKED
    for line in unpacked.read_text().splitlines() if unpacked.exists() else ():
        package, _, its_version = line.partition("\t")
        debian.append((package, its_version, of.architecture))
    components = [
        _component(package, its_version, f"deb/debian/{quote(package)}", f"?arch={architecture}")
        for package, its_version, architecture in debian
    ] + [
        _component(package, its_version, f"pypi/{quote(package.lower())}", "")
        for package, its_version in python_packages(python.site(root, of))
    ]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": serial.urn,
        "version": 1,
        "metadata": {"component": {"type": "firmware", "name": name, "version": version}},
        "components": components,
    }


def _component(name: str, version: str, path: str, qualifier: str) -> dict[str, str]:
    return {
        "type": "library",
        "name": name,
        "version": version,
        "purl": f"pkg:{path}@{quote(version)}{qualifier}",
    }
