"""The settings of the bridge: the file `bridge.toml`, as types with their defaults."""

from importlib.resources import files
from typing import Annotated

from msgspec import Meta, Struct

from server_bridge.access.openid import Claim
from server_bridge.i18n.phrases import Lang

Port = Annotated[int, Meta(ge=0, le=65535)]


class DistrictSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The district: its name and its time zone."""

    name: str = "Schoolgate"
    timezone: str = "Asia/Ho_Chi_Minh"


class DatabaseSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The database, as a SQLAlchemy URL; SQLite paths are relative to the bridge's folder."""

    url: str = "sqlite:///bridge.db"


class BrokerSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The MQTT broker, as the bridge reaches it and as its configuration is written."""

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535)] = 8883
    listen: str = ""
    folder: str = ""
    user: str = ""


class EnrolmentSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The enrolment server for gates. Port 0: none."""

    host: str = ""
    port: Port = 0


class WebSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The pages: where they listen, and how TLS is done."""

    host: str = "127.0.0.1"
    port: Port = 8080
    origin: str = ""
    certificate: str = ""
    key: str = ""
    proxy: str = ""


class AlertSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The file of alert channels, and the days on which alerts are sent."""

    channels: str = ""
    days: str = "mon tue wed thu fri sat"


class CardSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The key that new cards are signed with."""

    key_id: Annotated[int, Meta(ge=0, le=255)] = 1


class OrderSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The key that orders and rosters are signed with."""

    key_id: Annotated[int, Meta(ge=0, le=255)] = 1


class OpenIdSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The OpenID provider for signing in. An empty issuer: none."""

    issuer: str = ""
    client_id: str = ""
    secret_file: str = ""
    name: str = "OpenID"
    claim: Claim = "sub"
    new_accounts: bool = False


class HomeAssistantSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether and in which language units and gates are announced to Home Assistant."""

    tell: bool = False
    language: Lang = Lang.VI


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """All of `bridge.toml`."""

    district: DistrictSettings = DistrictSettings()
    database: DatabaseSettings = DatabaseSettings()
    broker: BrokerSettings = BrokerSettings()
    enrol: EnrolmentSettings = EnrolmentSettings()
    web: WebSettings = WebSettings()
    alerts: AlertSettings = AlertSettings()
    cards: CardSettings = CardSettings()
    orders: OrderSettings = OrderSettings()
    openid: OpenIdSettings = OpenIdSettings()
    home_assistant: HomeAssistantSettings = HomeAssistantSettings()


def sample() -> str:
    """The sample settings, each with its comment."""
    return files("server_bridge").joinpath("bridge.toml").read_text("utf-8")
