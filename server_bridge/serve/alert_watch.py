"""Build the alert watch from the folder and its settings."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from cryptography import x509

from server_bridge.alerts.channels import Channels, read_channels
from server_bridge.alerts.hours import parse_days
from server_bridge.alerts.sending import send
from server_bridge.alerts.watch import AlertWatch, WatchSettings
from server_bridge.fleet.rollout_watch import rollout_conditions
from server_bridge.home import Home
from server_bridge.store.database import Database


def alert_watch(home: Home, database: Database) -> AlertWatch:
    """Return the alert watch of a district.

    Raises:
        SchoolgateError: the alert settings cannot be used.
    """
    web = home.settings.web
    origin = web.origin or f"http://{web.host}:{web.port}"
    rules = WatchSettings(home.zone, parse_days(home.settings.alerts.days), f"{origin}/alerts")
    return AlertWatch(
        database,
        rules,
        configured_channels(home),
        send,
        lambda: certificates(home),
        rollout_conditions,
    )


def configured_channels(home: Home) -> Channels:
    """Return the configured alert channels. Raises ChannelsError."""
    name = home.settings.alerts.channels
    return read_channels(home.folder / name if name else None)


def certificates(home: Home) -> Mapping[str, int]:
    """Return when the server's own certificates expire, UTC in ms, by name.

    A certificate that cannot be read is left out; the part that needs it reports the error.
    """
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
                found[name] = _expires_ms(path)
    return found


def _expires_ms(path: Path) -> int:
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    return round(certificate.not_valid_after_utc.timestamp() * 1000)
