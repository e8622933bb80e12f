"""Carry this machine's settings of apt and pip into a bare root."""

import configparser
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

MAIN = "Debian"
LABELS = {MAIN: ("", "-updates"), "Debian-Security": ("-security",)}
ACQUIRE = re.compile(r"Acquire::(https?::|Retries|Check-Valid-Until|ForceIPv)")
VARIABLE = re.compile(r"CI|PIP_\w+|SSL_CERT_\w+|REQUESTS_CA_BUNDLE|(?i:https?_proxy|no_proxy)")
FIXED = {
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "TERM": "dumb",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
}
CERTIFICATES = ("/etc/ssl/certs", "/usr/local/share/ca-certificates")


class NotCarriedError(Exception):
    """This machine's settings cannot be carried into a bare root."""


def own_suite() -> str:
    """Return the Debian release that this machine runs."""
    release = Path("/etc/os-release").read_text("utf-8")
    found = re.search(r'^VERSION_CODENAME="?(\w+)', release, re.MULTILINE)
    if not (found and re.search(r"^ID=debian$", release, re.MULTILINE)):
        raise NotCarriedError("this machine is not Debian; name a suite")
    return found[1]


def mirrors() -> dict[str, str]:
    """Return the addresses of Debian's archives in this machine's sources, by their labels."""
    asked = ["apt-get", "indextargets", "--format", "$(LABEL)\t$(REPO_URI)"]
    told = subprocess.run(asked, capture_output=True, text=True, check=True)
    found = dict(line.split("\t") for line in reversed(told.stdout.splitlines()))
    if MAIN not in found:
        raise NotCarriedError("apt knows no Debian mirror; run `apt-get update` first")
    return {label: uri for label, uri in found.items() if label in LABELS}


def apt_sources(suite: str) -> str:
    """Return the lines of a `sources.list`, from the mirrors of this machine."""
    return "".join(
        f"deb {uri} {suite}{pocket} main\n"
        for label, uri in mirrors().items()
        for pocket in LABELS[label]
    )


def apt_options() -> list[str]:
    """Return how this machine fetches packages: proxies and the like."""
    told = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True)
    return [line for line in told.stdout.splitlines() if ACQUIRE.match(line)]


def pip_files() -> list[Path]:
    """Return the files with pip's settings on this machine."""
    home = Path.home()
    folders = os.environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":")
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    files = [Path(folder) / "pip" / "pip.conf" for folder in folders if folder]
    files += [Path("/etc/pip.conf"), home / ".pip" / "pip.conf", config / "pip" / "pip.conf"]
    if named := os.environ.get("PIP_CONFIG_FILE"):
        files.append(Path(named))
    return [file for file in files if file.is_file()]


def pip_settings() -> dict[str, str]:
    """Return these settings as `section.name`; a later file's value counts."""
    found = {}
    for file in pip_files():
        parser = configparser.RawConfigParser()
        parser.read(file, "utf-8")
        for section in parser.sections():
            found.update({f"{section}.{key}": value for key, value in parser.items(section)})
    return found


def variables() -> dict[str, str]:
    """Return the environment variables of this machine that say where packages come from."""
    ours = {name: value for name, value in os.environ.items() if VARIABLE.fullmatch(name)}
    ours.pop("PIP_CONFIG_FILE", None)
    return ours


def environment() -> Mapping[str, str]:
    """Return the environment variables of a command in the root."""
    return {**variables(), **FIXED}


def mounted() -> list[Path]:
    """Return the files and folders that those settings name.

    Of an index it is the folder above: the files that an index lists usually lie beside it.
    """
    found: set[Path] = set()
    for value in [*pip_settings().values(), *variables().values()]:
        for word in value.split():
            path = Path(re.sub(r"^file://[^/]*", "", word))
            if not path.is_absolute() or not path.exists():
                continue
            above = word.startswith("file:") and path.parent != Path("/")
            found.add(path.parent if above else path)
    copied = [Path(folder) for folder in CERTIFICATES]
    return sorted(path for path in found if not any(path.is_relative_to(one) for one in copied))


def carry(root: Path) -> None:
    """Write the settings into `root`."""
    for folder in CERTIFICATES:
        if Path(folder).is_dir():
            subprocess.run(["cp", "-aT", folder, f"{root}{folder}"], check=True)
    for name in ("resolv.conf", "hosts"):
        if (Path("/etc") / name).exists():
            (root / "etc" / name).unlink(missing_ok=True)
            shutil.copyfile(Path("/etc") / name, root / "etc" / name)
    (root / "etc/apt/apt.conf.d/90carried").write_text("\n".join([*apt_options(), ""]), "utf-8")
    sections: dict[str, dict[str, str]] = {}
    for name, value in pip_settings().items():
        section, _, key = name.partition(".")
        sections.setdefault(section, {})[key] = value
    (root / "etc" / "pip.conf").write_text("".join(_written(sections)), "utf-8")


def _written(sections: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    for section, settings in sections.items():
        yield f"[{section}]\n"
        for key, value in settings.items():
            yield f"{key} = {' '.join(value.split())}\n"
