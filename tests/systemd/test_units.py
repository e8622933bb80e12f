"""The units as systemd itself verifies them, and each directive that something else relies on."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.systemd.units import FOLDER, NAMES, allowed_calls, directives, unit

SCAN, UPLINK, BRIDGE = NAMES
ENROL = "gate-enrol.service"
PATHS = ("gate-reboot.path", "gate-network.path")


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def security(path: Path) -> subprocess.CompletedProcess[str]:
    return run(
        "systemd-analyze", "security", "--no-pager", "--offline=true", "--threshold=20", path
    )


@pytest.mark.parametrize("name", [*NAMES, ENROL, "gate-network.service", "gate-reboot.service"])
def test_exposure_is_two_or_less(name: str) -> None:
    judged = security(FOLDER / name)
    assert judged.returncode == 0, judged.stdout


@pytest.mark.parametrize("name", NAMES)
def test_a_weakened_unit_fails_the_same_judgement(name: str, tmp_path: Path) -> None:
    weak = tmp_path / name
    text = (FOLDER / name).read_text()
    weak.write_text(
        "\n".join(
            line
            for line in text.splitlines()
            if not line.startswith(("SystemCallFilter", "CapabilityBoundingSet", "Protect"))
        )
    )
    judged = security(weak)
    assert judged.returncode != 0
    assert "exposure level" in judged.stdout


def verify(path: Path) -> subprocess.CompletedProcess[str]:
    return run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", path)


def with_programs(name: str, folder: Path) -> Path:
    """Copy the unit with a program that exists on this machine."""
    for program in ("gate", "gate-bridge"):
        (folder / program).write_text("#!/bin/sh\n")
        (folder / program).chmod(0o755)
    copy = folder / name
    copy.write_text((FOLDER / name).read_text().replace("/opt/schoolgate/bin", str(folder)))
    return copy


@pytest.mark.parametrize(
    "name",
    [*NAMES, ENROL, "gate-network.service", "gate-reboot.service", *PATHS],
)
def test_systemd_understands_every_line(name: str, tmp_path: Path) -> None:
    verdict = verify(with_programs(name, tmp_path))
    if name not in (*PATHS, ENROL):  # they name services that are not installed here
        assert verdict.returncode == 0, verdict.stderr
    assert [line for line in verdict.stderr.splitlines() if name in line] == []


def test_a_misspelt_directive_would_be_noticed(tmp_path: Path) -> None:
    copy = with_programs(SCAN, tmp_path)
    copy.write_text(copy.read_text().replace("PrivateNetwork=", "PrivatNetwork="))
    assert "PrivatNetwork" in verify(copy).stderr


EVERY = {
    "Type": ["notify"],
    "Restart": ["always"],
    "StartLimitIntervalSec": ["0"],
    "NoNewPrivileges": ["yes"],
    "CapabilityBoundingSet": [""],
    "AmbientCapabilities": [""],
    "ProtectSystem": ["strict"],
    "ProtectHome": ["yes"],
    "PrivateTmp": ["yes"],
    "MemoryDenyWriteExecute": ["yes"],
    "RestrictNamespaces": ["yes"],
    "RestrictSUIDSGID": ["yes"],
    "DevicePolicy": ["closed"],
    "LimitCORE": ["0"],
    "SystemCallArchitectures": ["native"],
}
NETWORKED = {
    "PrivateDevices": ["yes"],
    "DeviceAllow": None,
    "PrivateUsers": ["yes"],
    "ProtectClock": ["yes"],
    "RestrictAddressFamilies": ["AF_UNIX AF_INET AF_INET6"],
    "SystemCallFilter": ["@system-service", "~@privileged @resources"],
}
LEDGER = {"Group": ["schoolgate"], "UMask": ["0007"], "ReadWritePaths": ["/var/lib/schoolgate"]}
EXPECTED: dict[str, dict[str, list[str] | None]] = {
    SCAN: {
        **EVERY,
        **LEDGER,
        "ExecStart": ["/opt/schoolgate/bin/gate scan --config /etc/schoolgate/gate.toml"],
        "User": ["gate-scan"],
        "SupplementaryGroups": ["video gpio"],
        "PrivateNetwork": ["yes"],
        "RestrictAddressFamilies": ["AF_UNIX"],
        "DeviceAllow": [
            f"char-{kind} rw" for kind in ("video4linux", "media", "dma_heap", "gpiochip")
        ],
        "RuntimeDirectory": ["schoolgate"],
        "RuntimeDirectoryMode": ["0750"],
        "WorkingDirectory": ["/run/schoolgate"],
        "InaccessiblePaths": ["-/etc/schoolgate/tls"],
        "ProtectClock": None,
        "ProcSubset": None,
        "PrivateUsers": None,
        "StateDirectory": None,
    },
    UPLINK: {
        **EVERY,
        **LEDGER,
        **NETWORKED,
        "ExecStart": ["/opt/schoolgate/bin/gate uplink --config /etc/schoolgate/gate.toml"],
        "User": ["gate-uplink"],
        "SupplementaryGroups": None,
        "StateDirectory": None,
        "RuntimeDirectory": ["schoolgate-uplink"],
        "RuntimeDirectoryMode": ["0750"],
        "ConditionPathExists": ["/etc/schoolgate/gate.toml"],
        "ProcSubset": None,
    },
    BRIDGE: {
        **EVERY,
        **NETWORKED,
        "ExecStart": ["/opt/schoolgate/bin/gate-bridge serve --home /var/lib/schoolgate-bridge"],
        "User": ["gate-bridge"],
        "UMask": ["0077"],
        "StateDirectory": ["schoolgate-bridge"],
        "StateDirectoryMode": ["0700"],
        "ProcSubset": ["pid"],
    },
}


@pytest.mark.parametrize("name", NAMES)
def test_what_we_rely_on_is_said(name: str) -> None:
    found = unit(name)
    assert {key: found.get(key) for key in EXPECTED[name]} == EXPECTED[name]
    assert int(found["WatchdogSec"][0]) >= 10
    assert 1 <= int(found["RestartSec"][0]) <= 10


def test_what_enrols_has_the_identitys_folder_and_no_device() -> None:
    found = unit(ENROL)
    wanted = {
        **NETWORKED,
        "ExecStart": ["/opt/schoolgate/bin/gate enrol --config /etc/schoolgate/gate.toml"],
        "ConditionPathExists": ["!/etc/schoolgate/gate.toml"],
        "User": ["gate-uplink"],
        "ReadWritePaths": ["/var/lib/schoolgate /etc/schoolgate"],
        "OnSuccess": ["gate-uplink.service gate-network.service"],
        "Restart": ["on-failure"],
    }
    assert {key: found.get(key) for key in wanted} == wanted
    others = [unit(name).get("ReadWritePaths") for name in (SCAN, UPLINK)]
    assert others == [["/var/lib/schoolgate"]] * 2


def test_scan_may_ask_whether_the_clock_is_synchronised_and_not_set_it() -> None:
    calls = allowed_calls(SCAN)
    assert {"adjtimex", "clock_adjtime"} <= calls
    assert not {"clock_settime", "settimeofday"} & calls
    assert "CAP_SYS_TIME" not in str(unit(SCAN))


@pytest.mark.parametrize("name", NAMES)
def test_the_filters_keep_what_we_need_and_drop_what_we_do_not(name: str) -> None:
    calls = allowed_calls(name)
    assert {"read", "openat", "mmap", "ioctl", "fsync", "futex", "rename", "sendmsg"} <= calls
    assert not {"ptrace", "mount", "init_module", "chown", "bpf", "reboot", "setuid"} & calls


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make users and give folders away")
def test_users_and_folders_come_to_be(tmp_path: Path) -> None:
    tls = tmp_path / "etc" / "schoolgate" / "tls"
    tls.mkdir(parents=True)
    (tls / "key.pem").write_text("key")
    for kind in ("gate", "bridge"):
        made = run("systemd-sysusers", f"--root={tmp_path}", in_root(tmp_path, kind, "sysusers"))
        assert made.returncode == 0, made.stderr
    config = in_root(tmp_path, "gate", "tmpfiles")
    made = run("systemd-tmpfiles", "--create", f"--root={tmp_path}", config)
    assert made.returncode == 0, made.stderr

    users = table(tmp_path / "etc" / "passwd")
    groups = table(tmp_path / "etc" / "group")
    assert {"gate-scan", "gate-uplink", "gate-bridge"} <= set(users)
    assert set(groups["schoolgate"][3].split(",")) == {"gate-scan", "gate-uplink"}
    assert {"video", "gpio"} <= set(groups)
    found = (tmp_path / "var" / "lib" / "schoolgate").stat()
    assert stat.S_IMODE(found.st_mode) == 0o2770
    assert (found.st_uid, found.st_gid) == (
        int(users["gate-scan"][2]),
        int(groups["schoolgate"][2]),
    )
    key = (tls / "key.pem").stat()
    assert (stat.S_IMODE(key.st_mode), key.st_uid) == (0o400, int(users["gate-uplink"][2]))


def in_root(root: Path, kind: str, what: str) -> str:
    """Install a shipped snippet below `root`; return the name by which its tool finds it there."""
    folder = root / "usr" / "lib" / f"{what}.d"
    folder.mkdir(parents=True, exist_ok=True)
    name = f"schoolgate-{kind}.conf"
    (folder / name).write_text((FOLDER / f"schoolgate-{kind}.{what}.conf").read_text())
    return name


def table(path: Path) -> dict[str, list[str]]:
    rows = [line.split(":") for line in path.read_text().splitlines()]
    return {row[0]: row for row in rows}


def test_what_fetches_updates_has_the_network_and_nothing_to_harm_with() -> None:
    path = next(FOLDER.parent.glob("firmware_config/image/layers/*/files/**/gate-fetch.service"))
    judged = security(path)
    assert judged.returncode == 0, judged.stdout
    found = directives(path.read_text())
    wanted = {
        "PrivateDevices": ["yes"],
        "DevicePolicy": ["closed"],
        "CapabilityBoundingSet": ["CAP_DAC_READ_SEARCH"],
        "ReadWritePaths": ["/data/updates"],
        "ProtectSystem": ["strict"],
    }
    assert {key: found.get(key) for key in wanted} == wanted
    installs = directives((path.parent / "gate-update.service").read_text())
    assert installs["PrivateNetwork"] == ["yes"]
    assert installs["ExecStart"][0].endswith("gate-update tend"), "a try is looked after first"
    assert {*" ".join(installs["Wants"]).split()} == {path.name, SCAN, UPLINK, ENROL}


def test_nobody_enrols_before_there_is_a_light_to_show_it() -> None:
    assert SCAN in " ".join(unit(ENROL)["After"]).split()


def test_a_gate_whose_disk_came_late_is_not_left_standing() -> None:
    """Check that services without their mount are started again with the next slot check.

    Only what competes with the first card waits for it.
    """
    slots = FOLDER.parent / "firmware_config/image/layers/slots/files/etc/systemd/system"
    update = directives((slots / "gate-update.service").read_text())
    assert f"{SCAN} {UPLINK} {ENROL}" in update["Wants"]
    fetch = directives((slots / "gate-fetch.service").read_text())
    assert {SCAN, UPLINK} <= {*" ".join(fetch["After"]).split()}
