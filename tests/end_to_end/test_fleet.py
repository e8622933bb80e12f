"""Settings from afar over a real broker, a log on request, and a lost gate that is turned away."""

from contextlib import closing
from pathlib import Path

from gate_contract.health import Health, decode_health
from server_bridge import pki
from server_bridge.broker.revoking import PROCESS
from server_bridge.store.gates.certificates import keep_certificate
from server_bridge.store.gates.gate_logs import newest_log
from server_bridge.store.schema.base import gate_health
from tests.builders.shell import Shell
from tests.end_to_end.district_harness import DistrictHarness, until
from tests.fakes.patience import PATIENCE_S

GATE = "gate-a1"


def told(district: DistrictHarness) -> Health | None:
    with closing(district.home.database()) as database, database.read() as connection:
        row = connection.execute(gate_health.select()).first()
    return decode_health(row.told) if row else None


def log_came(district: DistrictHarness) -> bool:
    with closing(district.home.database()) as database, database.read() as connection:
        return newest_log(connection, GATE) is not None


def settings_version(district: DistrictHarness) -> int:
    health = told(district)
    return health.settings_version if health else 0


def test_a_gate_is_set_asked_and_revoked_from_afar(tmp_path: Path) -> None:
    with DistrictHarness(tmp_path, (GATE,)) as district:
        district.start_all()
        until(lambda: told(district) is not None)
        office = Shell(district.home.folder)
        office.type("gate", "set", GATE, "--direction", "in")
        uplink = district.running[f"uplink {GATE}"]
        assert uplink.wait(PATIENCE_S) == 0, "it ends, for the service manager to start it anew"
        district.start(f"uplink {GATE}")
        until(lambda: settings_version(district) > 0)
        office.type("gate", "logs", GATE, "--request", "--lines", "50")
        until(lambda: log_came(district))
        assert '"event":"delivering"' in office.type("gate", "logs", GATE)
        cert = (district.configs[GATE].parent / "tls" / "cert.pem").read_bytes()
        with closing(district.home.database()) as database, database.write() as connection:
            keep_certificate(connection, GATE, pki.serial_number(cert), "key", 1)
        assert (
            int((district.home.broker_folder / PROCESS).read_text())
            == district.running["broker"].pid
        )
        revoked = office.type("gate", "revoke", GATE)
        assert "1 certificates revoked" in revoked
        assert "the broker knows of it" in revoked
        district.stop(f"uplink {GATE}")
        district.start(f"uplink {GATE}")
        until(lambda: "certificate verify failed" in district.log("broker"))
