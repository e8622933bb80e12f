"""The `gate-bridge` command."""

import logging
import sys
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import click
import msgspec
import structlog

from firmware_config import bundle
from gate_contract.card import Kind
from gate_contract.errors import SchoolgateError
from server_bridge import pki
from server_bridge.broker.config import write_broker_config
from server_bridge.cards.face import PrintedCard
from server_bridge.cards.issue import issue_cards
from server_bridge.cards.sheet import write_sheet
from server_bridge.home import Home, initialise, open_home, sample
from server_bridge.pki import Identity
from server_bridge.serve import now_ms, serve
from server_bridge.store.audit import count_faults, prove_ledgers
from server_bridge.store.cards import add_cards, cards_of
from server_bridge.store.letters import letter_counts
from server_bridge.store.live import snapshot, unit_counts
from server_bridge.store.units import (
    Unit,
    add_gate,
    add_unit,
    add_viewer,
    all_units,
    find_unit,
    gate_units,
    viewer_names,
)

DEFAULT_HOME = Path("/var/lib/schoolgate-bridge")


def main() -> None:
    """Entry point: an error of ours is one line, not a traceback."""
    try:
        gate_bridge(standalone_mode=False)
    except SchoolgateError as error:
        click.echo(f"gate-bridge: {error}", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)


home_option = click.option(
    "--home",
    "folder",
    type=click.Path(path_type=Path),
    default=DEFAULT_HOME,
    envvar="GATE_BRIDGE_HOME",
    show_default=True,
    help="The bridge's folder.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="For machines.")


@click.group()
@click.version_option(version("schoolgate"))
def gate_bridge() -> None:
    """Schoolgate's district server: take in crossings, count people, show and print."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)


@gate_bridge.command()
@home_option
def init(folder: Path) -> None:
    """Make the folder: settings, authority, card key and database. Again: bring it up to date."""
    home = initialise(folder)
    click.echo(f"{home.folder}: ready. Settings: bridge.toml. Keep a safe copy of it all")


@gate_bridge.group("config")
def config_group() -> None:
    """The settings."""


@config_group.command("sample")
def config_sample() -> None:
    """Print a sample with every setting and its default."""
    click.echo(sample(), nl=False)


@gate_bridge.group("unit")
def unit_group() -> None:
    """The tree of schools and the units above them."""


@unit_group.command("add")
@home_option
@click.argument("unit_id")
@click.option("--name", required=True, help="As people know it.")
@click.option("--level", default="school", show_default=True, help="school, commune, province...")
@click.option("--parent", help="The unit above.")
def unit_add(folder: Path, unit_id: str, name: str, level: str, parent: str | None) -> None:
    """Add a unit. UNIT_ID is 1-40 of a-z, 0-9 and '-'."""
    from gate_contract.topics import counts

    counts(unit_id)  # a unit's id has to stand in a topic
    with open_home(folder).database().write() as connection:
        add_unit(connection, Unit(unit_id, name, level, parent))
    click.echo(f"{unit_id}: added")


@unit_group.command("list")
@home_option
def unit_list(folder: Path) -> None:
    """All units, each below its parent."""
    depth: dict[str | None, int] = {None: -1}
    with open_home(folder).database().read() as connection:
        for unit in all_units(connection):
            depth[unit.unit_id] = depth[unit.parent_id] + 1
            indent = "  " * depth[unit.unit_id]
            click.echo(f"{indent}{unit.unit_id}  {unit.name} ({unit.level})")


@gate_bridge.group("gate")
def gate_group() -> None:
    """The gates."""


@gate_group.command("add")
@home_option
@click.argument("gate_id")
@click.option("--unit", "unit_id", required=True, help="The school where it stands.")
@click.option("--direction", type=click.Choice(["in", "out", "auto"]), default="auto")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="A new folder.")
def gate_add(folder: Path, gate_id: str, unit_id: str, direction: str, out: Path) -> None:
    """Register a gate and write its bundle: configuration, certificate, key."""
    home = open_home(folder)
    identity = Identity.gate(gate_id)
    with home.database().write() as connection:
        add_gate(connection, gate_id, unit_id, now_ms())
        issued = pki.issue(home.pki, identity, now=datetime.now(UTC))
        path = bundle.write(
            out,
            bundle.Bundle(
                gate_id=gate_id,
                direction=direction,
                timezone=home.settings.district.timezone,
                broker_host=home.settings.broker.host,
                broker_port=home.settings.broker.port,
                card_keys=home.public_keys(),
                cert_pem=issued.cert_pem,
                key_pem=issued.key_pem,
                ca_pem=issued.ca_pem,
            ),
        )
    click.echo(f"{path.parent}: copy this folder to the gate as /etc/schoolgate; it holds its key")


@gate_group.command("list")
@home_option
def gate_list(folder: Path) -> None:
    """All gates and the schools where they stand."""
    with open_home(folder).database().read() as connection:
        for gate_id, unit_id in sorted(gate_units(connection).items()):
            click.echo(f"{gate_id}  {unit_id}")


@gate_bridge.group("viewer")
def viewer_group() -> None:
    """Programs and displays that may read the counts topics, and nothing else."""


@viewer_group.command("add")
@home_option
@click.argument("name")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="A new folder.")
def viewer_add(folder: Path, name: str, out: Path) -> None:
    """Write a viewer's certificate. Renew the broker's files afterwards: broker-config."""
    home = open_home(folder)
    identity = Identity.viewer(name)
    with home.database().write() as connection:
        add_viewer(connection, name, now_ms())
        pki.issue(home.pki, identity, now=datetime.now(UTC)).write(out)
    click.echo(f"{out}: the certificate of {identity.common_name}")


@gate_bridge.group("card")
def card_group() -> None:
    """The cards that people show."""


@card_group.command("issue")
@home_option
@click.option("--unit", "unit_id", required=True, help="The school.")
@click.option("--kind", type=click.Choice([str(kind) for kind in Kind]), default="pupil")
@click.option("--count", type=click.IntRange(1, 100_000), default=1, show_default=True)
@click.option("--from", "not_before", type=click.DateTime(["%Y-%m-%d"]), help="Default: today.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Default: a year later.")
@json_option
def card_issue(
    folder: Path,
    unit_id: str,
    kind: str,
    count: int,
    not_before: datetime | None,
    until: datetime | None,
    as_json: bool,
) -> None:
    """Issue new cards. They are known to every gate at once, by their signature."""
    home = open_home(folder)
    first = not_before.date() if not_before else _today(home)
    issued = issue_cards(
        count,
        kind=Kind(kind),
        unit_id=unit_id,
        not_before=first,
        expires=until.date() if until else first + timedelta(days=365),
        key_id=home.settings.cards.key_id,
        key=home.card_key(),
    )
    with home.database().write() as connection:
        add_cards(connection, issued, now_ms())
    if as_json:
        click.echo(msgspec.json.encode(issued))
    else:
        click.echo(f"{count} cards issued; to print them: gate-bridge card print --unit {unit_id}")


@card_group.command("print")
@home_option
@click.option("--unit", "unit_id", required=True, help="The school.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
def card_print(folder: Path, unit_id: str, out: Path) -> None:
    """Write all cards of a school as a PDF of A4 sheets with cut marks."""
    home = open_home(folder)
    with home.database().read() as connection:
        unit = find_unit(connection, unit_id)
        if unit is None:
            raise SchoolgateError(f"there is no unit {unit_id}; see: gate-bridge unit list")
        printed = [
            PrintedCard(card.text, unit.name, card.kind, card.card_id, card.expires)
            for card in cards_of(connection, unit_id)
        ]
    write_sheet(out, printed, title=unit.name, created=datetime.now(UTC))
    click.echo(f"{out}: {len(printed)} cards")


@card_group.command("keys")
@home_option
def card_keys(folder: Path) -> None:
    """The public keys that gates verify cards with, as [cards.keys] of gate.toml has them."""
    import base64

    for key_id, key in open_home(folder).public_keys().items():
        click.echo(f'{key_id} = "{base64.b64encode(key.public_bytes_raw()).decode()}"')


@gate_bridge.command("broker-config")
@home_option
@click.option("--user", help="The Unix user mosquitto runs as (Debian's service: mosquitto).")
def broker_config(folder: Path, user: str | None) -> None:
    """Write or renew mosquitto's configuration, certificate and access list."""
    home = open_home(folder)
    broker = home.settings.broker
    with home.database().read() as connection:
        viewers = viewer_names(connection)
    path = write_broker_config(
        home.broker_folder,
        authority=home.pki,
        host=broker.listen or broker.host,
        port=broker.port,
        now=datetime.now(UTC),
        names=(broker.host,),
        viewers=viewers,
        user=user,
    )
    click.echo(f"{path}: run it with: mosquitto -c {path}")


@gate_bridge.command()
@home_option
@json_option
def counts(folder: Path, as_json: bool) -> None:
    """Today's counts of every unit."""
    home = open_home(folder)
    with home.database().read() as connection:
        shown = snapshot(connection, now_ms(), home.zone)
        set_aside = sum(letter_counts(connection).values())
    told = [unit_counts(state, shown) for state in shown.units]
    if as_json:
        click.echo(msgspec.json.encode({"units": told, "set_aside": set_aside}))
        return
    for unit in told:
        click.echo(
            f"{unit.name}: {unit.inside} inside, {unit.entered} in, {unit.left} out, "
            f"{unit.refused} refused"
        )
    if set_aside:
        click.echo(f"{set_aside} messages could not be taken and were set aside")


@gate_bridge.group("ledger")
def ledger_group() -> None:
    """The crossings as the gates wrote them."""


@ledger_group.command("verify")
@home_option
@json_option
def ledger_verify(folder: Path, as_json: bool) -> None:
    """Prove every gate's chain from the stored rows, and every count by counting again."""
    with open_home(folder).database().read() as connection:
        proofs = prove_ledgers(connection)
        wrong = count_faults(connection)
    if as_json:
        click.echo(msgspec.json.encode({"ledgers": proofs, "miscounted": wrong}))
    else:
        for proof in proofs:
            state = proof.fault or f"{proof.records} records, all there, none altered"
            lost = f"; {proof.missing} were lost before they arrived" if proof.missing else ""
            click.echo(f"{proof.gate_id} {proof.ledger_id[:8]}: {state}{lost}")
        click.echo(f"miscounted: {', '.join(wrong)}" if wrong else "counts equal a recount")
    if wrong or any(proof.fault for proof in proofs):
        raise SchoolgateError("what is stored is not what the gates wrote; keep a copy of the file")


@gate_bridge.command("serve")
@home_option
def serve_all(folder: Path) -> None:
    """Run everything: ingest, counts topics, live page."""
    serve(open_home(folder), ingest=True, web=True, on_page=_say_page)


@gate_bridge.command("ingest")
@home_option
def serve_ingest(folder: Path) -> None:
    """Run ingest and the counts topics only."""
    serve(open_home(folder), ingest=True, web=False, on_page=_say_page)


@gate_bridge.command("web")
@home_option
def serve_web(folder: Path) -> None:
    """Run the live page only."""
    serve(open_home(folder), ingest=False, web=True, on_page=_say_page)


def _say_page(url: str) -> None:
    click.echo(f"live page: {url} (this machine only; there is no sign-in yet)")


def _today(home: Home) -> date:
    return datetime.now(home.zone).date()
