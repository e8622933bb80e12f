"""The bridge's folder: settings, database, authority, keys, all below one path."""

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import sqlalchemy as sa
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Meta, Struct

from gate_contract.errors import SchoolgateError
from server_bridge import pki
from server_bridge.ingest.session import Endpoint
from server_bridge.loopback import is_loopback
from server_bridge.pki import Identity, write_private
from server_bridge.store.database import Database

Port = Annotated[int, Meta(ge=0, le=65535)]


class HomeError(SchoolgateError):
    """The bridge's folder cannot be used; the message names the remedy."""


class District(Struct, frozen=True, forbid_unknown_fields=True):
    name: str = "Schoolgate"
    timezone: str = "Asia/Ho_Chi_Minh"


class DatabaseAt(Struct, frozen=True, forbid_unknown_fields=True):
    url: str = "sqlite:///bridge.db"


class Broker(Struct, frozen=True, forbid_unknown_fields=True):
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535)] = 8883
    listen: str = ""


class Web(Struct, frozen=True, forbid_unknown_fields=True):
    host: str = "127.0.0.1"
    port: Port = 8080


class Cards(Struct, frozen=True, forbid_unknown_fields=True):
    key_id: Annotated[int, Meta(ge=0, le=255)] = 1


class Orders(Struct, frozen=True, forbid_unknown_fields=True):
    key_id: Annotated[int, Meta(ge=0, le=255)] = 1


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """All of `bridge.toml`."""

    district: District = District()
    database: DatabaseAt = DatabaseAt()
    broker: Broker = Broker()
    web: Web = Web()
    cards: Cards = Cards()
    orders: Orders = Orders()


@dataclass(frozen=True, slots=True)
class Home:
    """An initialised folder."""

    folder: Path
    settings: Settings

    @property
    def pki(self) -> Path:
        return self.folder / "pki"

    @property
    def broker_folder(self) -> Path:
        return self.folder / "broker"

    @property
    def broker_listens_on(self) -> str:
        """Every address, where gates come from elsewhere. A host name would not do: Debian takes a
        machine's own name for 127.0.1.1, where no gate comes."""
        broker = self.settings.broker
        return broker.listen or (broker.host if is_loopback(broker.host) else "0.0.0.0")  # noqa: S104

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

    def endpoint(self) -> Endpoint:
        """How the bridge reaches its broker."""
        tls = self.folder / "tls"
        broker = self.settings.broker
        return Endpoint(
            broker.host,
            broker.port,
            tls / "ca.pem",
            tls / "cert.pem",
            tls / "key.pem",
        )

    def card_key(self, key_id: int | None = None) -> Ed25519PrivateKey:
        """A private key, by default the one that new cards are signed with. Raises HomeError."""
        return self._private_key("card", self.settings.cards.key_id if key_id is None else key_id)

    def orders_key(self) -> Ed25519PrivateKey:
        """The private key that rosters are signed with. Raises HomeError."""
        return self._private_key("orders", self.settings.orders.key_id)

    def public_keys(self) -> dict[int, Ed25519PublicKey]:
        """What gates need to verify cards, by key_id: every key of the folder, for older cards are
        about as long as they are valid. Raises HomeError."""
        return self._public_keys("card", self.settings.cards.key_id)

    def orders_public_keys(self) -> dict[int, Ed25519PublicKey]:
        """What gates need to believe a roster, by key_id: every such key of the folder, so that the
        next one can be at the gates before it is used. Raises HomeError."""
        return self._public_keys("orders", self.settings.orders.key_id)

    def make_card_key(self) -> None:
        """Make the key that cards are signed with, unless there is one."""
        self._make_key("card", self.settings.cards.key_id)

    def make_orders_key(self) -> None:
        """Make the key that rosters are signed with, unless there is one."""
        self._make_key("orders", self.settings.orders.key_id)

    def _private_key(self, use: str, key_id: int) -> Ed25519PrivateKey:
        path = self._key_path(use, key_id)
        try:
            key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except (OSError, ValueError) as error:
            raise HomeError(f"{path}: {error}. Restore it from the safe copy.") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise HomeError(f"{path} is not an Ed25519 key")
        return key

    def _public_keys(self, use: str, key_id: int) -> dict[int, Ed25519PublicKey]:
        found = {key_id: self._private_key(use, key_id).public_key()}
        for path in (self.folder / "keys").glob(f"{use}-*.pem"):
            named = path.stem.removeprefix(f"{use}-")
            if named.isascii() and named.isdigit():
                found[int(named)] = self._private_key(use, int(named)).public_key()
        return found

    def _make_key(self, use: str, key_id: int) -> None:
        path = self._key_path(use, key_id)
        if not path.exists():
            pem = Ed25519PrivateKey.generate().private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            path.parent.mkdir(mode=0o700, exist_ok=True)
            write_private(path, pem)

    def _key_path(self, use: str, key_id: int) -> Path:
        return self.folder / "keys" / f"{use}-{key_id}.pem"


def initialise(folder: Path) -> Home:
    """Make whatever the folder lacks, keep what it has, and bring the database up to date.

    Raises:
        HomeError, PkiError, StoreError: something there is not usable.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings = folder / "bridge.toml"
        if not settings.exists():
            settings.write_text(sample(), "utf-8")
    except OSError as error:
        raise HomeError(f"{folder}: {error.strerror}. Choose a folder you own: --home") from error
    home = open_home(folder)
    now = datetime.now(UTC)
    if not (home.pki / pki.CERTIFICATE).exists():
        pki.create_authority(home.pki, home.settings.district.name, now=now)
    if not (folder / "tls" / "cert.pem").exists():
        pki.issue(home.pki, Identity.bridge(), now=now).write(folder / "tls")
    home.make_card_key()
    home.make_orders_key()
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


def sample() -> str:
    """The sample settings, each with its comment."""
    return files("server_bridge").joinpath("bridge.toml").read_text("utf-8")
