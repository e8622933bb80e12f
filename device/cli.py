"""The `gate` command."""

import logging
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import click
import msgspec
import structlog

from device.clock import SystemClock
from device.config import Config, load, sample
from device.ledger.file import LedgerFile
from device.ledger.salvage import count_set_aside
from device.ledger.verification import verify
from device.orders.effective_config import load_effective
from device.recent_log import LOGBOOK, SCAN_LOG
from device.status_files import read_scan
from device.supervise import Supervisor
from gate_contract.errors import SchoolgateError
from gate_contract.version import VERSION

DEFAULT_CONFIG = Path("/etc/schoolgate/gate.toml")
DEFAULT_BOOT = Path("/boot/firmware/schoolgate")

config_option = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    default=DEFAULT_CONFIG,
    envvar="GATE_CONFIG",
    show_default=True,
    help="The gate's configuration.",
)
boot_option = click.option(
    "--boot",
    type=Path,  # click.Path would access the disk, and a gate in service must not wait for it
    default=DEFAULT_BOOT,
    envvar="GATE_BOOT",
    show_default=True,
    help="The folder of the boot partition with ticket and hardware.toml.",
)


def main() -> None:
    """Run the command; print an error of ours as one line, without a traceback."""
    try:
        gate()
    except SchoolgateError as error:
        sys.exit(f"gate: {error}")


@click.group()
@click.version_option(VERSION)
def gate() -> None:
    """Schoolgate's checkpoint: scan cards, keep every crossing, deliver it to the district."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            LOGBOOK,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


@gate.command()
@config_option
@boot_option
def scan(config_path: Path, boot: Path) -> None:
    """Read cards at the camera, record every crossing, signal by light and sound.

    Needs no network and has none. Where there is no gate.toml yet and the folder --boot exists, it
    looks for a ticket instead: in that folder, and before the camera. Runs until it is stopped. On
    a gate it is the service gate-scan.
    """
    if not config_path.exists() and boot.is_dir():
        from device.scan import unprovisioned

        supervisor = Supervisor()
        supervisor.catch_signals()
        unprovisioned.run(config_path.parent, boot, supervisor)
        return
    from device.scan.run import run

    LOGBOOK.file = load(config_path).scan_status_path.with_name(SCAN_LOG)
    _serve(config_path, run)


@gate.command()
@config_option
def uplink(config_path: Path) -> None:
    """Deliver recorded crossings to the district, and report this gate's health.

    Uses the network and no devices. Without a network it waits, then continues where it stopped.
    Runs until it is stopped. On a gate it is the service gate-uplink.
    """
    from device.uplink.run import run

    _serve(config_path, run)


@gate.command("enrol")
@config_option
@boot_option
def enrol_gate(config_path: Path, boot: Path) -> None:
    """Wait for a ticket, then fetch this gate's certificate and settings.

    Takes the ticket from `gate scan` or from the folder --boot. The private key is made on this
    gate and never leaves it. Ends when the gate has its identity. On a gate it is the service
    gate-enrol.
    """
    from device.provisioning.service import run

    supervisor = Supervisor()
    supervisor.catch_signals()
    run(config_path.parent, boot, supervisor)


@gate.command("network")
@config_option
def network(config_path: Path) -> None:
    """Write the Wi-Fi and time server settings where the system reads them.

    The settings come from the ticket; the files are written below system/ beside the configuration.
    Needs root. On a gate it is the service gate-network.
    """
    from device.provisioning.wifi import put_system

    host = load_effective(config_path).config.broker.host if config_path.exists() else None
    for path in put_system(config_path.parent, host):
        click.echo(f"{path}: written")


@gate.command("doctor")
@config_option
@click.option(
    "--lang", type=click.Choice(["vi", "en"]), help="Language of the output. Default: the gate's."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(config_path: Path, lang: str | None, as_json: bool) -> None:
    """Check this gate and print what is wrong and what to do about it.

    Checks the camera (a frame with contrast), light and sound, storage (a write, free space, the
    time of a sync), the clock, the network, the district's server and the roster. Ends with status
    1 if a check failed.
    """
    from device.selftest.doctor import examine, words

    loaded = load_effective(config_path)
    found = examine(loaded, SystemClock(battery=loaded.config.clock.battery))
    if as_json:
        output = {"gate_id": loaded.config.gate.id, "settings_version": loaded.settings_version}
        click.echo(msgspec.json.encode({**output, "findings": found}))
    else:
        click.echo(f"{loaded.config.gate.id}:")
        for line in words(found, lang or loaded.config.gate.language):
            click.echo(line)
    if any(one.state == "failed" for one in found):
        raise SystemExit(1)


@gate.command("wiring")
@config_option
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="The SVG file to write."
)
def wiring(config_path: Path, out: Path) -> None:
    """Draw how light and buzzer are wired to the Raspberry Pi.

    The pins are those of the configuration, or the defaults where there is no configuration.
    """
    from device.config import SignalSettings
    from device.wiring import Pins, diagram

    signals = load(config_path).signals if config_path.exists() else SignalSettings()
    pins = Pins(
        signals.red_pin,
        signals.green_pin,
        signals.blue_pin,
        signals.buzzer_pin,
        signals.active_high,
    )
    try:
        out.write_text(diagram(pins), "utf-8")
    except (OSError, ValueError) as error:
        raise SchoolgateError(f"{out}: {error}; name a file in a folder of yours") from error
    click.echo(f"{out}: written")


@gate.command("status")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show_status(config_path: Path, as_json: bool) -> None:
    """Print how many records are stored and delivered, and whether devices work.

    Run this first when a gate seems to fail. It also says if a damaged ledger was set aside: then
    the SD card is failing and has to be replaced soon.
    """
    config = load(config_path)
    reading = SystemClock().read()
    with closing(LedgerFile.open(config.ledger_path, config.gate.id)) as ledger:
        stored, receipted = ledger.head()[0], ledger.receipted()
    scan_health = read_scan(config.scan_status_path, reading.boot_id, reading.up_ms)
    output = {
        "gate_id": config.gate.id,
        "ledger_id": ledger.ledger_id,
        "stored": stored,
        "receipted": receipted,
        "backlog": max(0, stored - receipted),
        "damaged_ledgers": count_set_aside(config.ledger_path.parent),
        "scan": scan_health,
    }
    if as_json:
        click.echo(msgspec.json.encode(output))
        return
    click.echo(f"{config.gate.id}: {stored} records, {receipted} of them stored at the district")
    if output["damaged_ledgers"]:
        click.echo(
            f"{output['damaged_ledgers']} damaged ledgers were set aside: replace the SD card soon"
        )
    if scan_health is None:
        click.echo("gate scan is not running, or hangs (systemctl status gate-scan)")
    else:
        click.echo(scan_health.detail or "camera, storage, light and sound work")


@gate.group("ledger")
def ledger_group() -> None:
    """Check the recorded crossings."""


@ledger_group.command("verify")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def ledger_verify(config_path: Path, as_json: bool) -> None:
    """Prove that no record is missing and none was altered.

    Reads the whole ledger of this gate and checks every hash. --json also counts the scans by
    verdict.
    """
    config = load(config_path)
    with closing(LedgerFile.open(config.ledger_path, config.gate.id)) as ledger:
        proof = verify(ledger)
        output = {
            "gate_id": ledger.gate_id,
            "ledger_id": ledger.ledger_id,
            "first": proof.first,
            "last": proof.last,
            "receipted": ledger.receipted(),
            "scans": proof.tally,
        }
    if as_json:
        click.echo(msgspec.json.encode(output))
    else:
        click.echo(f"records {proof.first} to {proof.last}: all there, none altered")


@gate.command()
@config_option
@click.option("--seconds", type=float, default=0.0, help="End after this long; 0: with Ctrl-C.")
@click.option(
    "--print-mm",
    type=float,
    default=44.4,
    show_default=True,
    help="Width of the printed code in mm, without its white margin.",
)
def aim(config_path: Path, seconds: float, print_mm: float) -> None:
    """Show how well a card can be read, for mounting and focusing the camera.

    Hold up a card where people will. Each line says how well it is read, how large and sharp it is,
    how far away, from how far it could still be read, and what to change: mounting height and
    distance, focus, light and exposure, size of print.
    """
    from device.scan.aim_cli import watch
    from device.scan.run import camera_opener, decoder

    config = load(config_path)
    with decoder(config) as reader, closing(camera_opener(config)()) as camera:
        watch(camera, reader, seconds=seconds, print_mm=print_mm)


@gate.group("config")
def config_group() -> None:
    """Show and check the configuration file."""


@config_group.command("sample")
def config_sample() -> None:
    """Print a configuration with every setting, its default and its meaning."""
    click.echo(sample(), nl=False)


@config_group.command("check")
@config_option
def config_check(config_path: Path) -> None:
    """Read the configuration and print what is wrong with it.

    Touches neither camera nor network, so it is safe while the gate is working.
    """
    config = load(config_path)
    click.echo(f"{config_path}: right, for gate {config.gate.id}")


def _serve(config_path: Path, run: Callable[[Config, Supervisor], None]) -> None:
    loaded = load_effective(config_path)
    if loaded.fault:
        structlog.get_logger().warning("settings", fault=loaded.fault)
    supervisor = Supervisor()
    supervisor.catch_signals()
    run(loaded.config, supervisor)
