"""From a gate's bundle to who the visitor was, as a technician and a headmistress type it."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from device import config
from device.config import ConfigError
from device.ledger.uplink_ledger import UplinkLedger
from device.scan.run import visitors
from gate_contract.crossing import encode_batch
from gate_contract.errors import SchoolgateError
from gate_contract.id_documents import IdKind
from gate_contract.topics import GateChannel
from gate_contract.topics import gate as topic_of
from gate_contract.verdicts import Verdict
from server_bridge.home import open_home
from server_bridge.ingest.inbox import Inbox
from tests.builders.scanning_gate import GATE_ID, Gate
from tests.fakes.clock import MORNING_MS
from tests.gate_contract import id_document_samples
from tests.server_bridge.command.test_setup import Shell

DAY = "2026-09-07"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    made = Shell(tmp_path / "bridge")
    made.type("init")
    made.type("unit", "add", "thcs-a", "--name", "Trường THCS A")
    return made


def add(shell: Shell, gate_id: str, out: Path, *more: str) -> Path:
    shell.type("gate", "add", gate_id, "--unit", "thcs-a", "--out", str(out), *more)
    return out / "gate.toml"


def test_from_the_bundle_to_who_it_was_and_to_nothing(shell: Shell, tmp_path: Path) -> None:
    path = add(shell, GATE_ID, tmp_path / "gate", "--visitor-ids", "cccd,bhyt")
    accept = visitors(config.load(path))
    assert accept.accept == frozenset(IdKind)
    gate = Gate(tmp_path / "ledger.db", visitors=accept)
    assert gate.show(id_document_samples.CHIP_ID.encode()) == [Verdict.ADMITTED_IN]
    gate.leave(60_000)
    assert gate.show(id_document_samples.CHIP_ID.encode()) == [Verdict.ADMITTED_OUT]
    gate.keeper.close()
    home = open_home(shell.home)
    with closing(UplinkLedger.open(gate.path, GATE_ID)) as ledger:
        payload = encode_batch(ledger.batch(1, 9))
    with closing(home.database()) as database:
        letter = (topic_of(GATE_ID, GateChannel.CROSSINGS), payload)
        assert Inbox(database, home.zone).take([letter], MORNING_MS + 3_600_000).new == 3

    ask = ["visitor", "open", "--unit", "thcs-a", "--from", DAY]
    told = shell.type(*ask, "--until", DAY, "--reason", "lost umbrella")
    assert (
        f"{DAY} 07:00:00  {GATE_ID}  in  Nguyễn Văn Ví Dụ, born 1985-02-05, cccd 999085012345"
        in told
    )
    opened = json.loads(shell.type(*ask, "--json"))
    assert [one["direction"] for one in opened] == ["in", "out"]
    assert opened[0]["visitor"]["address"] == "Thôn Một, Xã Không Có, Tỉnh Đ"
    assert "2 visits before 2026-09-08: erased" in shell.type(
        "visitor", "erase", "--before", "2026-09-08"
    )
    assert shell.type(*ask).count("erased") == 2
    assert "counts equal a recount" in shell.type("ledger", "verify")
    log = shell.type("visitor", "log").splitlines()
    assert len(log) == 4
    assert f"open  thcs-a, {DAY} to {DAY}, 2 visits: lost umbrella" in log[0]
    assert "erase  everywhere, the first day to 2026-09-07, 2 visits" in log[2]
    assert "Nguyễn" not in "".join(log)


def test_gates_of_a_school_share_its_key_and_no_gate_has_the_districts(
    shell: Shell, tmp_path: Path
) -> None:
    shell.type("unit", "add", "th-b", "--name", "Trường Tiểu học B")
    one = visitors(config.load(add(shell, "gate-1", tmp_path / "1", "--visitor-ids", "cccd")))
    two = visitors(config.load(add(shell, "gate-2", tmp_path / "2", "--visitor-ids", "cccd")))
    assert one.key == two.key
    shell.type("gate", "add", "gate-3", "--unit", "th-b", "--out", str(tmp_path / "3"))
    assert "visitors" not in (tmp_path / "3" / "gate.toml").read_text()
    assert not visitors(config.load(tmp_path / "3" / "gate.toml")).accept
    other = ["gate", "add", "gate-4", "--unit", "th-b", "--out", str(tmp_path / "4")]
    shell.type(*other, "--visitor-ids", "bhyt")
    four = visitors(config.load(tmp_path / "4" / "gate.toml"))
    assert four.key != one.key
    district = (shell.home / "keys" / "visitor-names.key").read_bytes()
    assert district not in (one.key, four.key)
    for key in ("visitor-names.key", "visitor-seal.pem"):
        assert (shell.home / "keys" / key).stat().st_mode & 0o777 == 0o600


def test_a_mistake_is_one_sentence(shell: Shell, tmp_path: Path) -> None:
    with pytest.raises(SchoolgateError, match="cccd and bhyt, not passport"):
        add(shell, "gate-1", tmp_path / "1", "--visitor-ids", "cccd,passport")
    ask = ["visitor", "open", "--unit", "thcs-a", "--from", DAY]
    with pytest.raises(SchoolgateError, match="--visitor-ids"):
        shell.type(*ask)
    path = add(shell, "gate-1", tmp_path / "2", "--visitor-ids", "cccd")
    with pytest.raises(SchoolgateError, match="is before"):
        shell.type(*ask, "--until", "2026-09-01")
    with pytest.raises(SchoolgateError, match="still to come"):
        shell.type("visitor", "erase", "--before", "2126-01-01")
    (shell.home / "keys" / "visitor-names.key").unlink()
    with pytest.raises(SchoolgateError, match="safe copy"):
        add(shell, "gate-2", tmp_path / "3", "--visitor-ids", "cccd")
    text = path.read_text()
    for wrong in ('key = ""', 'key = "AAAA"', 'key = "?"'):
        broken = "\n".join(
            wrong if line.startswith("key = ") else line for line in text.splitlines()
        )
        with pytest.raises(ConfigError, match=r"\[visitors\]"):
            config.parse(broken.encode(), tmp_path)
