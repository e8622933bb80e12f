"""Set the demo up: a district with two schools, their gates and cards, in one folder."""

import json
import shutil
import socket
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from demo.district import SCHOOLS, CardHolder, populate
from demo.scenario import FPS, Scenario, make_scenario
from demo.scenes.showing import write_sequence
from gate_contract.errors import SchoolgateError
from gate_contract.gate_files import GateFiles
from server_bridge import pki
from server_bridge.broker.config import write_broker_config
from server_bridge.cards.face import PrintedCard
from server_bridge.cards.print_selection import printed
from server_bridge.cards.sheet import write_sheet
from server_bridge.cards.sort_order import print_order
from server_bridge.clock import now_ms
from server_bridge.fleet.gate_folder import write_gate_folder
from server_bridge.home import Home, initialise
from server_bridge.pki import Identity
from server_bridge.store.units.tree import add_gate, add_viewer

VIEWER = "hall"
SIZE = (960, 540)
MARK = ".schoolgate-demo"
"""Marks a folder that the demo has made, and may clear."""
ROUND_S = 30.0
"""One round of what the cameras see, when the demo runs without an end."""


@dataclass(frozen=True, slots=True)
class DemoGate:
    """A gate of the demo. `scenario` is None for a real camera."""

    gate_id: str
    unit_id: str
    config: Path
    scenario: Scenario | None


@dataclass(frozen=True, slots=True)
class DemoSetup:
    """Everything that the demo's processes need."""

    home: Home
    broker_config: Path
    viewer: Path
    gates: list[DemoGate]
    cards: Path


def build(folder: Path, *, seconds: float | None, camera: str | None) -> DemoSetup:
    """Set up `folder` afresh. `camera`: a V4L2 device for the first gate."""
    _clear(folder)
    home = _home(folder / "bridge")
    today = datetime.now(home.zone).date()
    with closing(home.database()) as database:
        held = populate(home, database, folder / "spreadsheets", today)
        with database.write() as connection:
            add_viewer(connection, VIEWER, now_ms())
    now = datetime.now(UTC)
    viewer = folder / "viewer"
    pki.issue(home.pki, Identity.viewer(VIEWER), now=now).write(viewer)
    broker = home.settings.broker
    broker_config = write_broker_config(
        home.broker_folder,
        authority=home.pki,
        host=broker.host,
        port=broker.port,
        now=now,
        viewers=[VIEWER],
    )
    gates = []
    for number, unit_id in enumerate(SCHOOLS):
        real = camera if number == 0 else None
        scenario = (
            None
            if real
            else make_scenario(home, held[unit_id], seconds or ROUND_S, today, turn=4 * number)
        )
        gates.append(_gate(folder, home, unit_id, scenario, real, loop=seconds is None))
        if scenario:
            write_sequence(
                folder / gates[-1].gate_id / "frames",
                scenario.showings,
                fps=FPS,
                size=SIZE,
                seed=number,
            )
    sheet = folder / "cards.pdf"
    write_sheet(sheet, _first_class(held), title="Schoolgate demo", created=now)
    return DemoSetup(home, broker_config, viewer, gates, sheet)


def _first_class(held: dict[str, list[CardHolder]]) -> list[PrintedCard]:
    """Return the cards of the first school's first class: some of every level, and the lost one."""
    unit_id, holders = next(iter(held.items()))
    group = holders[0].member.place.group_name
    chosen = [one for one in holders if one.member.place.group_name == group]
    faces = [printed(one.card, one.member, None, SCHOOLS[unit_id]) for one in chosen]
    return sorted(faces, key=print_order)


def _clear(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise SchoolgateError(f"{folder} holds something else; give the demo a folder of its own")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / MARK).touch()


def _home(folder: Path) -> Home:
    folder.mkdir(mode=0o700, parents=True)
    web_port = 8080 if _is_free(8080) else 0
    (folder / "bridge.toml").write_text(
        f'[district]\nname = "Schoolgate demo"\n[broker]\nport = {_free_port()}\n'
        f"[web]\nport = {web_port}\n",
        "utf-8",
    )
    return initialise(folder)


def _gate(
    folder: Path,
    home: Home,
    unit_id: str,
    scenario: Scenario | None,
    camera: str | None,
    *,
    loop: bool,
) -> DemoGate:
    gate_id = f"{unit_id}-01"
    with closing(home.database()) as database, database.write() as connection:
        add_gate(connection, gate_id, unit_id, now_ms())
    issued = pki.issue(home.pki, Identity.gate(gate_id), now=datetime.now(UTC))
    path = write_gate_folder(
        folder / gate_id,
        GateFiles(
            gate_id=gate_id,
            direction="auto",
            timezone=home.settings.district.timezone,
            broker_host=home.settings.broker.host,
            broker_port=home.settings.broker.port,
            card_keys=home.keys.public_keys(),
            order_keys=home.keys.orders_public_keys(),
            cert_pem=issued.cert_pem,
            key_pem=issued.key_pem,
            ca_pem=issued.ca_pem,
        ),
    )
    text = path.read_text("utf-8")
    text = text.replace("[gate]\n", '[gate]\nstate_dir = "state"\nrun_dir = "run"\n', 1)
    text += '\n[signals]\ndriver = "terminal"\n\n[clock]\nbattery = true\n\n[camera]\n'
    if camera:
        text += f'source = "v4l2"\ndevice = {json.dumps(camera)}\n'
    else:
        text += f'source = "replay"\npath = "frames"\nfps = {FPS}\nloop = {json.dumps(loop)}\n'
    path.write_text(text, "utf-8")
    return DemoGate(gate_id, unit_id, path, scenario)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
