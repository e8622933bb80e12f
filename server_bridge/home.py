"""The bridge's folder: settings, database, authority, keys, all below one path."""

import secrets
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
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from msgspec import Meta, Struct

from gate_contract.errors import SchoolgateError
from gate_contract.pseudonym import KEY_SIZE, school_key
from server_bridge import pki
from server_bridge.ingest.session import Endpoint
from server_bridge.loopback import is_loopback
from server_bridge.pki import Identity, write_private
from server_bridge.store.database import Database

VISITOR_SEAL = "visitor-seal.pem"
VISITOR_NAMES = "visitor-names.key"
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
    origin: str = ""
    certificate: str = ""
    key: str = ""
    proxy: str = ""


class Cards(Struct, frozen=True, forbid_unknown_fields=True):
    key_id: Annotated[int, Meta(ge=0, le=255)] = 1


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """All of `bridge.toml`."""

    district: District = District()
    database: DatabaseAt = DatabaseAt()
    broker: Broker = Broker()
    web: Web = Web()
    cards: Cards = Cards()


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

    @property
    def key_id(self) -> int:
        """The card key that new cards are signed with: the newest of the folder."""
        return max(self.settings.cards.key_id, *self._key_ids(), 0)

    def card_key(self, key_id: int | None = None) -> Ed25519PrivateKey:
        """A private key, by default the one that new cards are signed with. Raises HomeError."""
        path = self._key_path(self.key_id if key_id is None else key_id)
        try:
            key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except (OSError, ValueError) as error:
            raise HomeError(f"{path}: {error}. Restore it from the safe copy.") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise HomeError(f"{path} is not an Ed25519 key")
        return key

    def public_keys(self) -> dict[int, Ed25519PublicKey]:
        """What gates need to verify cards, by key_id: every key of the folder, for older cards are
        about as long as they are valid. Raises HomeError."""
        key_ids = {self.key_id, *self._key_ids()}
        return {key_id: self.card_key(key_id).public_key() for key_id in sorted(key_ids)}

    def make_card_key(self, key_id: int | None = None) -> None:
        """Make a signing key, by default the one that new cards need, unless it is there."""
        path = self._key_path(self.key_id if key_id is None else key_id)
        if not path.exists():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            write_private(path, _pem(Ed25519PrivateKey.generate()))

    def visitor_key(self) -> X25519PrivateKey:
        """What opens sealed words about visitors. Raises HomeError."""
        path = self._keys / VISITOR_SEAL
        try:
            key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except (OSError, ValueError) as error:
            raise HomeError(
                f"{path}: {error}. `gate add --visitor-ids` makes it; if it was there, restore it "
                "from the safe copy."
            ) from error
        if not isinstance(key, X25519PrivateKey):
            raise HomeError(f"{path} is not an X25519 key")
        return key

    def school_visitor_key(self, unit_id: str) -> bytes:
        """A school's key for visitors' pseudonyms. Raises HomeError."""
        path = self._keys / VISITOR_NAMES
        try:
            return school_key(path.read_bytes(), unit_id)
        except OSError as error:
            raise HomeError(f"{path}: {error.strerror}. Restore it from the safe copy.") from error

    def make_visitor_keys(self) -> None:
        """Make the two keys that visitors without a card need, unless one of them is there: then
        the other was lost, and has to be restored."""
        self._keys.mkdir(mode=0o700, exist_ok=True)
        if not any((self._keys / name).exists() for name in (VISITOR_SEAL, VISITOR_NAMES)):
            write_private(self._keys / VISITOR_SEAL, _pem(X25519PrivateKey.generate()))
            write_private(self._keys / VISITOR_NAMES, secrets.token_bytes(KEY_SIZE))

    def retire_card_key(self, key_id: int) -> Path:
        """Take a key out of use; it stays in the folder under another name, which is returned.

        Raises:
            HomeError: there is none.
        """
        path = self._key_path(key_id)
        if not path.exists():
            raise HomeError(f"there is no key {key_id}; see: gate-bridge card keys")
        return path.rename(path.with_name(f"retired-{path.name}"))

    def _key_ids(self) -> list[int]:
        names = [path.stem.removeprefix("card-") for path in self._keys.glob("card-*.pem")]
        return [int(name) for name in names if name.isascii() and name.isdigit()]

    @property
    def _keys(self) -> Path:
        return self.folder / "keys"

    def _key_path(self, key_id: int) -> Path:
        return self._keys / f"card-{key_id}.pem"


def _pem(key: Ed25519PrivateKey | X25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


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
