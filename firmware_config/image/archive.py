"""Find and download Debian packages from the mirrors that this machine uses."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from firmware_config.image.layers import Origin
from firmware_config.image.tools import run
from gate_contract.errors import SchoolgateError

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
LABELS = {"Debian": "main", "Debian-Security": "security", "Raspberry Pi Foundation": "pi"}


@dataclass(frozen=True, slots=True)
class Mirrors:
    """Addresses of archives; `pi` is None if Raspberry Pi's archive is not among this machine's."""

    main: str
    security: str | None = None
    pi: str | None = None

    @property
    def origin(self) -> Origin:
        """Raspberry Pi if its archive is reachable, else Debian."""
        return Origin.RASPBERRYPI if self.pi else Origin.DEBIAN


def mirrors(targets: bytes) -> Mirrors:
    """Return the mirrors listed by `apt-get indextargets`, one `label TAB address` a line."""
    found: dict[str, str] = {}
    for line in targets.decode().splitlines():
        label, _, address = line.partition("\t")
        if label in LABELS:
            found.setdefault(LABELS[label], address)
    if "main" not in found:
        raise SchoolgateError("apt knows no Debian mirror; run `apt-get update` first")
    return Mirrors(**found)


def our_mirrors() -> Mirrors:
    """Return the mirrors in this machine's apt sources."""
    return mirrors(run(["apt-get", "indextargets", "--format", "$(LABEL)\t$(REPO_URI)"]))


def sources(mirrors: Mirrors, suite: str, origin: Origin, components: Iterable[str] = ()) -> str:
    """Return the lines of a `sources.list` for a root."""
    of = " ".join(["main", *sorted(set(components))])
    signed = f"[signed-by={KEYRING}]"
    lines = [f"deb {signed} {mirrors.main} {name} {of}" for name in (suite, f"{suite}-updates")]
    lines.append(f"deb {signed} {mirrors.main} {suite}-backports {of}")
    if mirrors.security:
        lines.append(f"deb {signed} {mirrors.security} {suite}-security {of}")
    if origin is Origin.RASPBERRYPI:
        if mirrors.pi is None:
            raise SchoolgateError(
                "Raspberry Pi's archive is not in this machine's apt sources; "
                "add it, or choose --origin debian"
            )
        lines.append(f"deb {mirrors.pi} {suite} main")
    return "".join(f"{line}\n" for line in lines)


class Archive:
    """A separate apt in `folder`, for another suite and architecture than this machine's."""

    def __init__(self, folder: Path, sources: str, architecture: str) -> None:
        for name in ("lists/partial", "cache/archives/partial", "etc"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "status").touch()
        (folder / "etc" / "sources.list").write_text(sources)
        self._options = [
            option
            for name, value in {
                "Dir::State::lists": folder / "lists",
                "Dir::State::status": folder / "status",
                "Dir::Cache": folder / "cache",
                "Dir::Etc::sourcelist": folder / "etc" / "sources.list",
                "Dir::Etc::sourceparts": "-",
                "APT::Architecture": architecture,
                "APT::Architectures": architecture,
                "APT::Sandbox::User": "root",
                "Acquire::Languages": "none",
            }.items()
            for option in ("-o", f"{name}={value}")
        ]
        self._folder = folder
        run(["apt-get", *self._options, "-q", "update"])

    def download(self, *names: str) -> list[Path]:
        """Download packages without their dependencies; return the files."""
        before = set(self._folder.glob("*.deb"))
        run(["apt-get", *self._options, "-q", "download", *names], cwd=self._folder)
        return sorted(set(self._folder.glob("*.deb")) - before)
