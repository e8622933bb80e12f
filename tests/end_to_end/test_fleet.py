"""Settings from afar over a real broker, a log on request, and a lost gate that is turned away."""

from contextlib import closing
from pathlib import Path

from gate_contract.health import Health, decode_health
from server_bridge import pki
from server_bridge.broker.revoking import PROCESS
from server_bridge.store.gates.certificates import keep_certificate
from server_bridge.store.gates.gate_logs import newest_log
from server_bridge.store.schema import gate_health
from tests.end_to_end.town import Town, until
from tests.fakes.patience import PATIENCE_S
from tests.server.command.shell import Shell

GATE = "gate-a1"


def told(town: Town) -> Health | None:
    with closing(town.home.database()) as database, database.read() as connection:
        row = connection.execute(gate_health.select()).first()
    return decode_health(row.told) if row else None


def log_came(town: Town) -> bool:
    with closing(town.home.database()) as database, database.read() as connection:
        return newest_log(connection, GATE) is not None


def settings_version(town: Town) -> int:
    health = told(town)
    return health.settings_version if health else 0


def test_a_gate_is_set_asked_and_revoked_from_afar(tmp_path: Path) -> None:
    with Town(tmp_path, (GATE,)) as town:
        town.start_all()
        until(lambda: told(town) is not None)
        district = Shell(town.home.folder)
        district.type("gate", "set", GATE, "--direction", "in")
        uplink = town.running[f"uplink {GATE}"]
        assert uplink.wait(PATIENCE_S) == 0, "it ends, for the service manager to start it anew"
        town.start(f"uplink {GATE}")
        until(lambda: settings_version(town) > 0)
        district.type("gate", "logs", GATE, "--request", "--lines", "50")
        until(lambda: log_came(town))
        assert '"event":"delivering"' in district.type("gate", "logs", GATE)
        cert = (town.configs[GATE].parent / "tls" / "cert.pem").read_bytes()
        with closing(town.home.database()) as database, database.write() as connection:
            keep_certificate(connection, GATE, pki.serial_number(cert), "key", 1)
        assert int((town.home.broker_folder / PROCESS).read_text()) == town.running["broker"].pid
        revoked = district.type("gate", "revoke", GATE)
        assert "1 certificates revoked" in revoked
        assert "the broker knows of it" in revoked
        town.stop(f"uplink {GATE}")
        town.start(f"uplink {GATE}")
        until(lambda: "certificate verify failed" in town.log("broker"))
