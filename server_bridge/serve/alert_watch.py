"""The watch of a district, as its folder and settings say."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from cryptography import x509

from server_bridge.alerts.channels import Channels, read_channels
from server_bridge.alerts.hours import days_of
from server_bridge.alerts.sending import send
from server_bridge.alerts.watch import AlertWatch, Rules
from server_bridge.fleet.rolling import troubles
from server_bridge.home import Home
from server_bridge.store.database import Database


def alert_watch(home: Home, database: Database) -> AlertWatch:
    """Raises SchoolgateError if the settings of alerts cannot be used."""
    web = home.settings.web
    origin = web.origin or f"http://{web.host}:{web.port}"
    rules = Rules(home.zone, days_of(home.settings.alerts.days), f"{origin}/alerts")
    return AlertWatch(
        database, rules, channels_of(home), send, lambda: certificates(home), troubles
    )


def channels_of(home: Home) -> Channels:
    """Raises ChannelsError."""
    name = home.settings.alerts.channels
    return read_channels(home.folder / name if name else None)


def certificates(home: Home) -> Mapping[str, int]:
    """When the server's own certificates end, UTC in ms. What cannot be read is left out: whoever
    needs it says so."""
    files = {
        "web": home.folder / home.settings.web.certificate
        if home.settings.web.certificate
        else None,
        "bridge": home.folder / "tls" / "cert.pem",
        "ca": home.pki / "ca.pem",
    }
    found = {}
    for name, path in files.items():
        if path is not None:
            with suppress(OSError, ValueError):
                found[name] = _ends_ms(path)
    return found


def _ends_ms(path: Path) -> int:
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    return round(certificate.not_valid_after_utc.timestamp() * 1000)
