"""The gate's configuration: read and checked without touching any device or network.

`gate.toml` in this folder is the sample, documents the defaults, and is tested.
"""

import base64
import re
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from msgspec import Meta, Struct

from device.status_files import SCAN_NAME, UPDATE_NAME, UPLINK_NAME
from gate_contract.crossing import Direction, GateId
from gate_contract.errors import SchoolgateError
from gate_contract.id_documents import IdKind
from gate_contract.topics import GATE_ID
from gate_contract.visitor_pseudonym import KEY_SIZE

LEDGER_NAME = "ledger.db"

Pin = Annotated[int, Meta(ge=-1, le=53)]
Positive = Annotated[float, Meta(gt=0)]


class ConfigError(SchoolgateError):
    """An unusable configuration; the message names the setting and the remedy."""


class GateSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Table `[gate]`."""

    id: GateId
    direction: Literal["in", "out", "auto"] = "auto"
    timezone: str = "Asia/Ho_Chi_Minh"
    repeat_window_s: Positive = 5.0
    language: Literal["vi", "en"] = "vi"
    state_dir: str = "/var/lib/schoolgate"
    run_dir: str = "/run/schoolgate"
    keep_days: Annotated[int, Meta(ge=1)] = 30


class CardSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Table `[cards]`."""

    keys: dict[str, str]


class OrderSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Table `[orders]`."""

    keys: dict[str, str] = {}


class CameraSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Table `[camera]`."""

    source: Literal["picamera2", "v4l2", "replay"] = "picamera2"
    device: str = "/dev/video0"
    path: str = ""
    loop: bool = True
    width: Annotated[int, Meta(ge=160, le=4608)] = 1280
    height: Annotated[int, Meta(ge=120, le=3456)] = 720
    fps: Annotated[float, Meta(gt=0, le=120)] = 15.0
    exposure_us: Annotated[int, Meta(ge=0, le=100_000)] = 0
    rotation: Literal[0, 180] = 0
    advice: bool = True


class DecoderSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Table `[decoder]`."""

    name: Literal["schoolgate", "zxing", "pyzbar"] = "schoolgate"


class SignalSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Table `[signals]`."""

    driver: Literal["gpio", "terminal", "none"] = "gpio"
    red_pin: Pin = 17
    green_pin: Pin = 27
    blue_pin: Pin = 22
    active_high: bool = True
    buzzer_pin: Pin = 18
    buzzer: Literal["active", "passive"] = "active"


class ClockSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Table `[clock]`."""

    battery: bool = False


class VisitorSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Table `[visitors]`."""

    accept: list[IdKind] = []
    key: str = ""
    seal_to: str = ""


class BrokerSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Table `[broker]`."""

    host: str
    port: Annotated[int, Meta(ge=1, le=65535)] = 8883
    ca: str = "tls/ca.pem"
    cert: str = "tls/cert.pem"
    key: str = "tls/key.pem"
    keepalive_s: Annotated[int, Meta(ge=5, le=3600)] = 20


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """All of `gate.toml`. Relative paths in it start at `folder`."""

    gate: GateSettings
    cards: CardSettings
    broker: BrokerSettings
    orders: OrderSettings = OrderSettings()
    camera: CameraSettings = CameraSettings()
    decoder: DecoderSettings = DecoderSettings()
    signals: SignalSettings = SignalSettings()
    clock: ClockSettings = ClockSettings()
    visitors: VisitorSettings = VisitorSettings()
    folder: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the gate."""
        return ZoneInfo(self.gate.timezone)

    @property
    def direction(self) -> Direction | None:
        """The direction of the gate; None is `auto`."""
        return None if self.gate.direction == "auto" else Direction(self.gate.direction)

    @property
    def public_keys(self) -> dict[int, Ed25519PublicKey]:
        """The district's card keys, by key_id."""
        return _keys(self.cards.keys)

    @property
    def order_keys(self) -> dict[int, Ed25519PublicKey]:
        """The district's orders keys, by key_id. Without one no roster is accepted."""
        return _keys(self.orders.keys)

    @property
    def visitor_keys(self) -> tuple[bytes, X25519PublicKey]:
        """The school's pseudonym key and the district's sealing key. Raises ValueError."""
        key = base64.b64decode(self.visitors.key, validate=True)
        if len(key) != KEY_SIZE:
            raise ValueError(f"a key has {KEY_SIZE} bytes")
        seal_to = base64.b64decode(self.visitors.seal_to, validate=True)
        return key, X25519PublicKey.from_public_bytes(seal_to)

    @property
    def ledger_path(self) -> Path:
        """The ledger; its folder is the state folder."""
        return self.path(self.gate.state_dir) / LEDGER_NAME

    @property
    def scan_status_path(self) -> Path:
        """The status file of gate-scan."""
        return self.path(self.gate.run_dir) / SCAN_NAME

    @property
    def uplink_status_path(self) -> Path:
        """The status file of gate-uplink, in its own folder beside that of gate-scan."""
        return self._run_dir_of("uplink") / UPLINK_NAME

    @property
    def update_status_path(self) -> Path:
        """The status file of gate-update, in a folder of root's."""
        return self._run_dir_of("update") / UPDATE_NAME

    def path(self, text: str) -> Path:
        """Return `text` as a path, relative to the configuration's folder unless it is absolute."""
        return Path(self.folder) / text

    def _run_dir_of(self, service: str) -> Path:
        run_dir = self.path(self.gate.run_dir)
        return run_dir.with_name(f"{run_dir.name}-{service}")


def load(path: Path) -> Config:
    """Read and check a configuration file.

    Raises:
        ConfigError: the file is missing or not TOML, a setting is unknown or missing, or a value
            cannot be used.
    """
    try:
        config = parse(path.read_bytes(), path.resolve().parent)
    except OSError as error:
        raise ConfigError(
            f"{path}: {error.strerror}. A gate's configuration comes from: gate-bridge gate add"
        ) from error
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error
    return config


def parse(text: bytes, folder: Path) -> Config:
    """Check the text of a configuration; relative paths start at `folder`. Raises ConfigError."""
    try:
        config = msgspec.toml.decode(text, type=Config)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{error}. See: gate config sample") from error
    if config.folder:
        raise ConfigError("`folder` is not a setting. See: gate config sample")
    config = msgspec.structs.replace(config, folder=str(folder))
    check(config)
    return config


def check(config: Config) -> None:
    """Check that the values can be used together. Raises ConfigError."""
    if not re.fullmatch(GATE_ID, config.gate.id):  # `$` also matches before a final line feed
        raise ConfigError(f"gate.id {config.gate.id!r}: use 3-40 of a-z, 0-9 and '-'")
    try:
        _ = config.zone
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigError(
            f"gate.timezone {config.gate.timezone!r} is unknown; write one like Asia/Ho_Chi_Minh"
        ) from error
    if not config.cards.keys:
        raise ConfigError("[cards.keys] is empty: the gate could verify no card")
    _check_keys(config.cards.keys, "[cards.keys]")
    _check_keys(config.orders.keys, "[orders.keys]")
    if config.visitors.accept:
        try:
            _ = config.visitor_keys
        except ValueError as error:
            raise ConfigError(
                "[visitors] key and seal_to are needed where visitors' ID documents are accepted: "
                f"make the gate's files again with gate-bridge gate add --visitor-ids ({error})"
            ) from error
    if config.camera.source == "replay" and not config.camera.path:
        raise ConfigError("camera.path is missing: the folder of frames to replay")
    pins = [config.signals.red_pin, config.signals.green_pin, config.signals.blue_pin]
    used = [pin for pin in [*pins, config.signals.buzzer_pin] if pin >= 0]
    if config.signals.driver == "gpio" and len(used) != len(set(used)):
        raise ConfigError("[signals] two parts use the same pin; give each its own")


def _check_keys(keys: dict[str, str], setting: str) -> None:
    for key_id, text in keys.items():
        if not (key_id.isascii() and key_id.isdigit() and int(key_id) <= 255):
            raise ConfigError(f"{setting} {key_id!r}: a key_id is a number from 0 to 255")
        try:
            _key(text)
        except ValueError as error:
            raise ConfigError(
                f"{setting} {key_id}: not the base64 of a 32-byte public key; "
                "copy it from: gate-bridge gate keys"
            ) from error


def _keys(texts: dict[str, str]) -> dict[int, Ed25519PublicKey]:
    return {int(key_id): _key(text) for key_id, text in texts.items()}


def _key(text: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))


def sample() -> str:
    """Return the sample configuration: every setting with its comment."""
    return files("device").joinpath("gate.toml").read_text("utf-8")
