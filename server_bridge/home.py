"""The bridge's folder: settings, database, authority, keys, all below one path."""

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import sqlalchemy as sa

from gate_contract.durable_file import replace_file
from gate_contract.errors import SchoolgateError
from server_bridge import pki
from server_bridge.http.loopback import is_loopback
from server_bridge.keys import Keys
from server_bridge.mqtt.endpoint import BrokerEndpoint
from server_bridge.pki import Identity
from server_bridge.settings import Settings, sample
from server_bridge.store.database import Database


class HomeError(SchoolgateError):
    """The bridge's folder cannot be used; the message names the remedy."""


@dataclass(frozen=True, slots=True)
class Home:
    """An initialised folder."""

    folder: Path
    settings: Settings

    @property
    def pki(self) -> Path:
        return self.folder / "pki"

    @property
    def updates_folder(self) -> Path:
        """The bundles that gates fetch here, and the certificate that they are signed with."""
        return self.folder / "updates"

    @property
    def broker_folder(self) -> Path:
        return self.folder / (self.settings.broker.folder or "broker")

    @property
    def broker_listens_on(self) -> str:
        """Every address, where gates come from elsewhere. A host name would not do: Debian takes a
        machine's own name for 127.0.1.1, where no gate comes."""
        broker = self.settings.broker
        return broker.listen or (broker.host if is_loopback(broker.host) else "0.0.0.0")  # noqa: S104

    @property
    def enrol_host(self) -> str:
        """The enrolment desk's name or address, as gates reach it."""
        return self.settings.enrol.host or self.settings.broker.host

    @property
    def enrol_listens_on(self) -> str:
        """As `broker_listens_on`."""
        return self.enrol_host if is_loopback(self.enrol_host) else "0.0.0.0"  # noqa: S104

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.settings.district.timezone)

    def database(self) -> Database:
        """The district's database, not yet connected to."""
        try:
            url = sa.make_url(self.settings.database.url)
        except sa.exc.ArgumentError:
            return Database(self.settings.database.url)  # which says what is wrong with it
        if url.get_backend_name() == "sqlite" and url.database:
            url = url.set(database=str(self.folder / url.database))
        return Database(url)

    def endpoint(self) -> BrokerEndpoint:
        """How the bridge reaches its broker."""
        tls = self.folder / "tls"
        broker = self.settings.broker
        return BrokerEndpoint(
            broker.host,
            broker.port,
            tls / "ca.pem",
            tls / "cert.pem",
            tls / "key.pem",
        )

    @property
    def keys(self) -> Keys:
        """The private keys."""
        settings = self.settings
        return Keys(self.folder / "keys", settings.cards.key_id, settings.orders.key_id)


def initialise(folder: Path) -> Home:
    """Make whatever the folder lacks, keep what it has, and bring the database up to date.

    Raises:
        HomeError, PkiError, StoreError: something there is not usable.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings = folder / "bridge.toml"
        if not settings.exists():
            replace_file(settings, sample().encode(), 0o644)
    except OSError as error:
        raise HomeError(f"{folder}: {error.strerror}. Choose a folder you own: --home") from error
    home = open_home(folder)
    now = datetime.now(UTC)
    if not (home.pki / pki.CERTIFICATE).exists():
        pki.create_authority(home.pki, home.settings.district.name, now=now)
    if not (folder / "tls" / "cert.pem").exists():
        pki.issue(home.pki, Identity.bridge(), now=now).write(folder / "tls")
    home.keys.make_card_key()
    home.keys.make_orders_key()
    with closing(home.database()) as database:
        database.migrate()
    return home


def open_home(folder: Path) -> Home:
    """An initialised folder. Raises HomeError if it is none or its settings cannot be used."""
    path = folder / "bridge.toml"
    try:
        settings = msgspec.toml.decode(path.read_bytes(), type=Settings)
    except OSError as error:
        raise HomeError(
            f"{path}: {error.strerror}. Make the folder with: gate-bridge init --home {folder}"
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise HomeError(f"{path}: {error}. See: gate-bridge config sample") from error
    try:
        ZoneInfo(settings.district.timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise HomeError(
            f"{path}: district.timezone {settings.district.timezone!r} is unknown; "
            "write one like Asia/Ho_Chi_Minh"
        ) from error
    return Home(folder.absolute(), settings)
