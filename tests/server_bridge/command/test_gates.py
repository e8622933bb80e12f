"""The life of gates as a technician types it: ticket, replacement, move, retirement, updates."""

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from cryptography import x509
from PIL import Image

from device.scan.decode.zxing import ZxingDecoder
from gate_contract.errors import SchoolgateError
from gate_contract.health import Health, ScanHealth, UpdateHealth
from gate_contract.orders import verify
from gate_contract.ticket import open_secrets, read_pin
from gate_contract.ticket import verify as verify_ticket
from server_bridge.clock import now_ms
from server_bridge.command.broker_files import NOTE, outdated_broker
from server_bridge.home import open_home
from server_bridge.store.gates.gate_orders import find_orders
from server_bridge.store.gates.health import store_health
from server_bridge.store.units.tree import add_gate
from tests.builders.shell import Shell
from tests.fakes.enrolment import OTHER_SCHOOL, SCHOOL, settle

WELL = ScanHealth(camera="ok", storage="ok", signals="ok", clock_trusted=True)


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fleet") / "bridge"
    settle(folder)
    shell = Shell(folder)
    shell.type("broker-config")
    return folder


@pytest.fixture
def shell(settled: Path) -> Shell:
    return Shell(settled)


def tell(shell: Shell, gate_id: str, health: Health) -> None:
    """Store a health report of a gate, as of now."""
    with closing(open_home(shell.home).database()) as database, database.write() as connection:
        store_health(connection, gate_id, health, now_ms())


def add(shell: Shell, gate_id: str, out: Path, *more: str, answer: str | None = None) -> str:
    words = ("gate", "add", gate_id, "--school", SCHOOL, "--ticket", str(out), *more)
    return shell.type(*words, answer=answer)


def revoked(shell: Shell) -> int:
    return len(list(x509.load_pem_x509_crl((shell.home / "broker" / "revoked.pem").read_bytes())))


def barred(shell: Shell, gate_id: str) -> bool:
    return f"user {gate_id}\n" in (shell.home / "broker" / "acl").read_text()


def test_a_ticket_is_a_file_a_code_and_a_page(shell: Shell, tmp_path: Path) -> None:
    said = add(shell, "gate-t1", tmp_path, "--wifi", "THCS A", answer="mat khau 1\n")
    text = (tmp_path / "gate-t1.ticket").read_bytes()
    picture = Image.open(tmp_path / "gate-t1.png").convert("L")
    codes = ZxingDecoder().decode(np.asarray(picture))
    assert [code.data for code in codes] == [text.strip()]
    pin_picture = Image.open(tmp_path / "gate-t1-pin.png").convert("L")
    pin = read_pin(ZxingDecoder().decode(np.asarray(pin_picture))[0].data)
    assert pin
    assert f"{pin[:5]}-{pin[5:]}" in said
    ticket, _ = verify_ticket(text, None)
    assert (ticket.gate_id, ticket.ssid) == ("gate-t1", "THCS A")
    assert open_secrets(ticket, pin).wifi == "mat khau 1"
    page = (tmp_path / "gate-t1.pdf").read_bytes()
    assert page.startswith(b"%PDF")
    for name in ("gate-t1.ticket", "gate-t1.pdf"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0


def test_replacing_ends_the_old_device_and_makes_a_ticket(shell: Shell, tmp_path: Path) -> None:
    words = ("gate", "add", "gate-r1", "--school", SCHOOL, "--out", str(tmp_path / "etc"))
    shell.type(*words)
    before = revoked(shell)
    said = shell.type("gate", "replace", "gate-r1", "--ticket", str(tmp_path / "new"), "--unsealed")
    assert "PIN" not in said
    assert revoked(shell) == before + 1
    assert not barred(shell, "gate-r1")
    assert (tmp_path / "new" / "gate-r1.ticket").exists()


def test_a_lost_gate_is_revoked_in_one_command(shell: Shell, tmp_path: Path) -> None:
    shell.type("gate", "add", "gate-l1", "--school", SCHOOL, "--out", str(tmp_path / "etc"))
    before = revoked(shell)
    assert "reads it when it starts" in shell.type("gate", "revoke", "gate-l1")
    assert revoked(shell) == before + 1
    assert barred(shell, "gate-l1")


def test_a_gate_moves_with_its_settings_once_it_has_delivered(shell: Shell, tmp_path: Path) -> None:
    add(shell, "gate-m1", tmp_path, "--visitor-ids", "cccd", "--unsealed")
    tell(shell, "gate-m1", Health(state="online", stored=9, backlog=4))
    with pytest.raises(SchoolgateError, match="4 records"):
        shell.type("gate", "move", "gate-m1", "--school", OTHER_SCHOOL)
    tell(shell, "gate-m1", Health(state="online", stored=9))
    shell.type("gate", "move", "gate-m1", "--school", OTHER_SCHOOL, "--direction", "out")
    home = open_home(shell.home)
    with closing(home.database()) as database, database.read() as connection:
        made = find_orders(connection, "gate-m1")
    assert made
    orders = verify(made.payload, home.keys.orders_public_keys(), "gate-m1")
    assert (orders.settings.school, orders.settings.direction) == ("Trường Tiểu học B", "out")
    assert orders.settings.visitors
    assert orders.settings.visitors.key == home.keys.school_visitor_key(OTHER_SCHOOL)
    shown = shell.json("gate", "show", "gate-m1")
    assert shown["unit_id"] == OTHER_SCHOOL
    assert shown["settings"]["wanted"] == made.settings_version
    assert "other settings wanted" in shell.type("gate", "show", "gate-m1")


def test_a_retired_gate_stays_in_the_list_and_can_come_back(shell: Shell, tmp_path: Path) -> None:
    add(shell, "gate-o1", tmp_path, "--unsealed")
    shell.type("gate", "retire", "gate-o1")
    assert barred(shell, "gate-o1")
    assert "gate-o1  thcs-a  out of service" in shell.type("gate", "list")
    shell.type("gate", "replace", "gate-o1", "--ticket", str(tmp_path / "again"), "--unsealed")
    assert not barred(shell, "gate-o1")
    assert "gate-o1  thcs-a  never heard of" in shell.type("gate", "list")


def test_settings_and_logs_are_wanted_by_signed_orders(shell: Shell, tmp_path: Path) -> None:
    add(shell, "gate-s1", tmp_path, "--unsealed")
    shell.type("gate", "set", "gate-s1", "--repeat-window", "8", "--visitor-ids", "cccd,bhyt")
    shell.type("gate", "logs", "gate-s1", "--request", "--lines", "7")
    home = open_home(shell.home)
    with closing(home.database()) as database, database.read() as connection:
        made = find_orders(connection, "gate-s1")
    assert made
    orders = verify(made.payload, home.keys.orders_public_keys(), "gate-s1")
    assert orders.settings.repeat_window_s == 8
    assert orders.settings.version < orders.version, "the log alone is no reason to try settings"
    assert orders.logs
    assert orders.logs.lines == 7
    with pytest.raises(SchoolgateError, match="no log yet"):
        shell.type("gate", "logs", "gate-s1")


def test_an_update_goes_to_one_gate_then_ten_then_all(shell: Shell, tmp_path: Path) -> None:
    gates = [f"gate-u{number:02}" for number in range(12)]
    for gate_id in gates:
        shell.type(
            "gate", "add", gate_id, "--school", OTHER_SCHOOL, "--out", str(tmp_path / gate_id)
        )
        tell(shell, gate_id, Health(state="online", version="1.0", scan=WELL))
    shell.type("unit", "add", "xa-z", "--name", "Xã Z", "--level", "commune")
    file = tmp_path / "update.raucb"
    file.write_bytes(b"signed elsewhere")
    only = ["--unit", OTHER_SCHOOL]
    words = [
        "gate",
        "update",
        *only,
        "--version",
        "1.1",
        "--url",
        "https://a.vn/u",
        "--file",
        str(file),
    ]
    with pytest.raises(SchoolgateError, match="--stage one"):
        shell.type(*words, "--stage", "ten")
    first = ("--gate", "gate-u05")
    assert "1 gates are told: gate-u05" in shell.type(*words, *first, "--stage", "one")
    with pytest.raises(SchoolgateError, match="do not run it yet"):
        shell.type(*words, "--stage", "ten")
    tell(shell, "gate-u05", Health(state="online", version="1.1", scan=WELL))
    assert "9 gates are told" in shell.type(*words, "--stage", "ten")
    with pytest.raises(SchoolgateError, match="do not run it yet"):
        shell.type(*words, "--stage", "all")
    for gate_id in gates:
        tell(shell, gate_id, Health(state="online", version="1.1", scan=WELL))
    assert "gates are told" in shell.type(*words, "--stage", "all")
    wanted = {one["gate_id"]: one["software"]["wanted"] for one in shell.json("gate", "list")}
    assert {wanted[gate_id] for gate_id in gates} == {"1.1"}


def test_the_bridge_keeps_the_file_and_takes_it_through_the_fleet(tmp_path: Path) -> None:
    settle(tmp_path / "bridge")
    shell = Shell(tmp_path / "bridge")
    for gate_id in ("gate-a1", "gate-a2"):
        add(shell, gate_id, tmp_path, "--unsealed")
    with closing(open_home(shell.home).database()) as database, database.write() as connection:
        add_gate(connection, "gate-old", SCHOOL, now_ms())
    file = tmp_path / "update.raucb"
    file.write_bytes(b"signed elsewhere")
    words = ["gate", "update", "--version", "2", "--file", str(file)]
    with pytest.raises(SchoolgateError, match="gate-bridge gate set gate-old --direction"):
        shell.type(*words, "--gate", "gate-old")
    said = shell.type(*words, "--auto", "--well-hours", "2", "--gate", "gate-a2")
    assert "1 gates are told now (gate-a2)" in said
    assert "1 gates are left out: the settings of gate-old are not known here" in said
    assert "gate-old  thcs-a  never heard of  settings not known here" in shell.type("gate", "list")
    home = open_home(shell.home)
    with closing(home.database()) as database, database.read() as connection:
        made = find_orders(connection, "gate-a2")
    assert made
    assert made.desired.update
    (kept,) = home.updates_folder.iterdir()
    assert (
        made.desired.update.url
        == f"https://127.0.0.1:{home.settings.enrol.port}/updates/{kept.name}"
    )
    with pytest.raises(SchoolgateError, match="gate rollout stop"):
        shell.type(*words, "--stage", "one")
    tried = UpdateHealth(version="1", wanted="2", stage="fetching", fault="unreachable")
    tell(shell, "gate-a2", Health(state="online", version="0.1.0", scan=WELL, update=tried))
    assert "to be updated to 2 (fetching, unreachable)" in shell.type("gate", "list")
    shown = shell.type("gate", "show", "gate-a2")
    assert "being downloaded, 0 MB so far It could not download the update" in shown
    assert "waits for gate-a2: not yet" in shell.type("gate", "rollout", "show")
    told = shell.json("gate", "rollout", "show")
    assert (told["state"], told["told"], told["runs"]) == ("running", ["gate-a2"], [])
    assert "1 gates are not to have it any more" in shell.type("gate", "rollout", "stop")
    with pytest.raises(SchoolgateError, match="ended already"):
        shell.type("gate", "rollout", "stop")


def test_a_bridge_that_nobody_can_fetch_from_says_so_before_it_copies(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "bridge")
    shell.type("init")
    with pytest.raises(SchoolgateError, match=r"\[enrol\] port = 8884"):
        shell.type("gate", "update", "--version", "2", "--file", str(tmp_path / "none"))
    with pytest.raises(SchoolgateError, match="gate update"):
        shell.type("gate", "rollout", "show")


def test_broker_files_of_an_earlier_version_are_noticed(tmp_path: Path) -> None:
    home = settle(tmp_path / "bridge")
    shell = Shell(home.folder)
    assert outdated_broker(home) == "", "there is none yet"
    shell.type("unit", "add", "xa-z", "--name", "Xã Z", "--level", "commune")
    shell.type("viewer", "add", "hall", "--unit", "xa-z", "--out", str(tmp_path / "hall"))
    shell.type("broker-config")
    assert outdated_broker(home) == ""
    add(shell, "gate-b1", tmp_path, "--unsealed")
    shell.type("gate", "shut-out", "gate-b1")
    assert outdated_broker(home) == "", "renewing the lists forgets nobody"
    for name, line in (("acl", "pattern write gate/v1/%u/log\n"), ("mosquitto.conf", "crlfile")):
        path = home.broker_folder / name
        now = path.read_text()
        assert line in now
        path.write_text(now.replace(line, "# "))
        assert "gate-bridge broker-config" in outdated_broker(home)
        path.write_text(now)
    home.broker_folder.rename(tmp_path / "elsewhere")
    assert outdated_broker(home) == "", "it was noted when they were written"
    (home.folder / NOTE).write_text("of a version before")
    assert "gate-bridge broker-config" in outdated_broker(home)


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["add", "gate-1", "--school", SCHOOL], "--ticket"),
        (["add", "gate-1", "--school", SCHOOL, "--ticket", "t", "--out", "o"], "--ticket"),
        (["replace", "gate-9"], "--ticket"),
        (["revoke", "gate-9"], "gate list"),
        (["retire", "gate-9"], "gate list"),
        (["move", "gate-9", "--school", SCHOOL], "gate list"),
        (["set", "gate-9"], "gate list"),
        (["show", "gate-9"], "gate list"),
        (["logs", "gate-9"], "gate list"),
    ],
)
def test_what_cannot_be_done_names_the_remedy(shell: Shell, words: list[str], remedy: str) -> None:
    with pytest.raises(SchoolgateError, match=remedy):
        shell.type("gate", *words)


def test_without_a_desk_there_are_no_tickets(tmp_path: Path) -> None:
    shell = Shell(tmp_path / "bridge")
    shell.type("init")
    shell.type("unit", "add", SCHOOL, "--name", "A")
    with pytest.raises(SchoolgateError, match=r"\[enrol\] port"):
        shell.type("gate", "add", "gate-1", "--school", SCHOOL, "--ticket", str(tmp_path / "t"))
    assert shell.json("gate", "list") == []
