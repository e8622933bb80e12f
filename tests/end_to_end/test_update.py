"""An update all the way, from a command at the district to a gate's slot and the health it reports.

The command, the enrolment server and the gate's follower are real; RAUC's writing is simulated.
"""

from pathlib import Path

from device.orders.store import write_stored
from device.orders.trial import StoredOrders
from device.updating.boot_slot import BootSlot
from device.updating.https_client import HttpsServer
from firmware_config.image.bundle import CERT, make_key
from gate_contract.health import Health, ScanHealth
from server_bridge.clock import now_ms
from server_bridge.store.gates.gate_orders import find_orders
from server_bridge.store.gates.health import store_health
from tests.builders.shell import Shell
from tests.fakes.enrolment import SCHOOL, Enrolment, enrolment_district
from tests.fakes.updating import BUNDLE, NEW, Gate

GATE_ID = "gate-a1"
WELL = ScanHealth(camera="ok", storage="ok", signals="ok", clock_trusted=True)


def deliver(district: Enrolment, gate: Gate) -> None:
    """Deliver the gate's orders to it, and its health to the district, as the broker would."""
    with district.database.read() as connection:
        made = find_orders(connection, GATE_ID)
    assert made
    write_stored(gate.etc / "state", StoredOrders(latest=made.payload))
    health = Health(state="online", scan=WELL, update=gate.told)
    with district.database.write() as connection:
        store_health(connection, GATE_ID, health, now_ms())


def set_up(shell: Shell, gate: Gate) -> None:
    etc = gate.folder / "made"
    shell.type("gate", "add", GATE_ID, "--school", SCHOOL, "--out", str(etc))
    text = (etc / "gate.toml").read_text()
    own = '[gate]\nstate_dir = "state"\nrun_dir = "run"\n'
    (etc / "gate.toml").write_text(text.replace("[gate]\n", own, 1))
    (etc / "system").mkdir()
    gate.etc = etc


def test_from_the_district_to_the_slot_and_back(tmp_path: Path) -> None:
    make_key(tmp_path / "keys", "Huyện thử")
    file = tmp_path / "update.raucb"
    file.write_bytes(BUNDLE)
    with enrolment_district(tmp_path / "bridge") as district:
        shell, gate = Shell(district.home.folder), Gate(tmp_path / "gate")
        set_up(shell, gate)
        said = shell.type(
            *("gate", "update", "--version", NEW, "--file", str(file), "--auto"),
            *("--update-ca", str(tmp_path / "keys" / CERT), "--well-hours", "0"),
        )
        assert f"1 gates are told now ({GATE_ID})" in said
        assert gate.follow() == "current", "nothing has arrived yet"
        deliver(district, gate)
        server = HttpsServer(gate.follower().config.path("tls/ca.pem"))
        assert gate.fetch(server.ask) == "waiting no_key"
        assert gate.follow() == "fetching"
        assert gate.places.update_ca.read_bytes() == (tmp_path / "keys" / CERT).read_bytes()
        assert gate.fetch(server.ask) == "fetched"
        deliver(district, gate)
        assert "downloaded, about to be installed" in shell.type("gate", "show", GATE_ID)
        assert gate.follow() == "pending"
        gate.running, gate.version = BootSlot.B, NEW
        gate.slots.set_good(BootSlot.B)
        assert gate.follow() == "current"
        deliver(district, gate)
        assert shell.json("gate", "list")[0]["software"] == {"is": NEW, "wanted": NEW}
        assert shell.json("gate", "rollout", "show")["runs"] == [GATE_ID]
    assert gate.done[:2] == ["rauc install", "systemctl reboot"]
