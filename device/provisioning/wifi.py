"""Write the school's Wi-Fi and the district's time server for the system.

gate-enrol stores them; at each start root writes the files of wpa_supplicant and systemd-timesyncd.
Root takes nothing from a file of a service but these few values, each of them checked.
"""

import re
from pathlib import Path

import msgspec
from msgspec import Struct

from gate_contract.durable_file import replace_file
from gate_contract.errors import SchoolgateError

WIFI_NAME = "wifi.json"
SYSTEM = "system"
SUPPLICANT_NAME, TIME_NAME = "wpa_supplicant.conf", "timesyncd.conf"
MORE_TIME = "0.vn.pool.ntp.org 0.debian.pool.ntp.org"


class Wifi(Struct, frozen=True, forbid_unknown_fields=True):
    """A Wi-Fi network. An empty password means an open network."""

    ssid: str
    password: str = ""


def write_wifi(etc: Path, ssid: str, password: str) -> None:
    """Store the Wi-Fi in `etc`. Raises OSError."""
    etc.mkdir(parents=True, exist_ok=True)
    replace_file(etc / WIFI_NAME, msgspec.json.encode(Wifi(ssid, password)), 0o600)


def read_wifi(etc: Path) -> Wifi | None:
    """Return the stored Wi-Fi, None if the gate uses a cable. Raises SchoolgateError."""
    try:
        return msgspec.json.decode((etc / WIFI_NAME).read_bytes(), type=Wifi)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise SchoolgateError(f"{etc / WIFI_NAME}: {error}; make a new ticket") from error


def put_system(etc: Path, host: str | None) -> list[Path]:
    """Write the system's files for Wi-Fi and time into `system/`; return the changed files.

    `host` is the district's server, which is the first time server; None while it is not known.

    Raises:
        SchoolgateError: the stored Wi-Fi is invalid, or the folder cannot be written.
    """
    wifi, folder = read_wifi(etc), etc / SYSTEM
    wanted = {SUPPLICANT_NAME: supplicant(wifi)} if wifi else {}
    if host is not None:
        wanted[TIME_NAME] = time_servers(host)
    written = []
    try:
        for name, text in wanted.items():
            folder.mkdir(mode=0o755, parents=True, exist_ok=True)
            path = folder / name
            if not path.exists() or path.read_text("utf-8") != text:
                replace_file(path, text.encode(), 0o600 if name == SUPPLICANT_NAME else 0o644)
                written.append(path)
    except OSError as error:
        raise SchoolgateError(f"{folder}: {error.strerror}; only root writes there") from error
    return written


def supplicant(wifi: Wifi) -> str:
    """Return the text of wpa_supplicant.conf(5).

    The SSID is in hex: any bytes may be in it, and none is special to the file's format. WPA2, WPA3
    and their transition mode; a password is 8 to 63 characters of printable ASCII between the first
    and the last quote.
    """
    lines = ["country=VN", "update_config=0", "network={", f"    ssid={wifi.ssid.encode().hex()}"]
    if wifi.password:
        if not re.fullmatch(r"[ -~]{8,63}", wifi.password):
            raise SchoolgateError(
                "a Wi-Fi password has 8 to 63 characters of ASCII; make a new ticket"
            )
        lines += ["    key_mgmt=WPA-PSK SAE", "    ieee80211w=1", f'    psk="{wifi.password}"']
    else:
        lines.append("    key_mgmt=NONE")
    return "\n".join([*lines, "    scan_ssid=1", "}"]) + "\n"


def time_servers(host: str) -> str:
    """Return a drop-in of systemd-timesyncd: the district's server first."""
    if not re.fullmatch(r"[A-Za-z0-9.:-]{1,253}", host):
        raise SchoolgateError(f"{host!r} is no host name; see broker.host in bridge.toml")
    return f"[Time]\nNTP={host} {MORE_TIME}\n"
