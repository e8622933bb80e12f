"""The school's Wi-Fi: kept by gate-enrol, made a profile of NetworkManager by root at each start.

The profile lies in memory, `/run/NetworkManager/system-connections`, which NetworkManager reads
like its own folder: the root file system is read-only, and what root makes of a file that a service
wrote is nothing but these two words.
"""

import uuid
from pathlib import Path

import msgspec
from msgspec import Struct

from firmware_config.bundle import put
from gate_contract.errors import SchoolgateError

WIFI_NAME = "wifi.json"
PROFILE = Path("/run/NetworkManager/system-connections/schoolgate.nmconnection")


class Wifi(Struct, frozen=True, forbid_unknown_fields=True):
    """An empty password is an open network."""

    ssid: str
    password: str = ""


def write_wifi(etc: Path, ssid: str, password: str) -> None:
    """Raises OSError."""
    etc.mkdir(parents=True, exist_ok=True)
    put(etc / WIFI_NAME, msgspec.json.encode(Wifi(ssid, password)), 0o600)


def read_wifi(etc: Path) -> Wifi | None:
    """None if the gate has a cable. Raises SchoolgateError: not ours."""
    try:
        return msgspec.json.decode((etc / WIFI_NAME).read_bytes(), type=Wifi)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise SchoolgateError(
            f"{etc / WIFI_NAME}: {error}; make a new ticket with Wi-Fi"
        ) from error


def put_profile(etc: Path, path: Path) -> bool:
    """Write the profile for NetworkManager; False if the gate has a cable.

    Raises:
        SchoolgateError: what is kept is no Wi-Fi, or it cannot be written there.
    """
    wifi = read_wifi(etc)
    if wifi is None:
        return False
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        put(path, profile(wifi).encode(), 0o600)
    except OSError as error:
        raise SchoolgateError(f"{path}: {error.strerror}; only root writes there") from error
    return True


def profile(wifi: Wifi) -> str:
    """A keyfile of NetworkManager (nm-settings-keyfile(5)). The SSID as numbers: any bytes may be
    in it, and no sign of it means anything to the file's format. WPA-PSK serves WPA2 and WPA3's
    transition mode; a password is printable ASCII, of which only the backslash is special."""
    lines = [
        "[connection]",
        "id=schoolgate",
        f"uuid={uuid.uuid5(uuid.NAMESPACE_URL, 'schoolgate:wifi')}",
        "type=wifi",
        "autoconnect=true",
        "autoconnect-retries=0",
        "",
        "[wifi]",
        "mode=infrastructure",
        "ssid=" + "".join(f"{byte};" for byte in wifi.ssid.encode()),
    ]
    if wifi.password:
        if not wifi.password.isprintable():
            raise SchoolgateError("a Wi-Fi password has no line breaks; make a new ticket")
        escaped = wifi.password.replace("\\", "\\\\")
        if escaped.startswith(" "):
            escaped = "\\s" + escaped[1:]
        lines += ["", "[wifi-security]", "key-mgmt=wpa-psk", f"psk={escaped}"]
    lines += ["", "[ipv4]", "method=auto", "", "[ipv6]", "method=auto", "addr-gen-mode=default"]
    return "\n".join(lines) + "\n"
