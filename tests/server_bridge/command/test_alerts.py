"""`gate-bridge alert`: what is open, whether messages arrive; and who reads the channels' file."""

from contextlib import closing
from pathlib import Path

import pytest

from gate_contract.errors import SchoolgateError
from server_bridge.alert_kinds import AlertKind
from server_bridge.alerts.channels import ChannelsError, read_channels
from server_bridge.alerts.sending import SendingError
from server_bridge.home import open_home
from server_bridge.serve.alert_watch import certificates
from server_bridge.store.alerts.alerts import raise_alert
from tests.builders.school import GATE, SCHOOL, add_units_and_gates
from tests.builders.shell import Shell
from tests.fakes.alert_sinks import HookSink
from tests.fakes.clock import MORNING_MS

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    made = Shell(tmp_path / "home")
    made.type("init")
    with (
        closing(open_home(made.home).database()) as database,
        add_units_and_gates(database).write() as connection,
    ):
        raise_alert(
            connection, AlertKind.SILENT, GATE, SCHOOL, since_ms=MORNING_MS, now_ms=MORNING_MS
        )
        raise_alert(
            connection,
            AlertKind.SHARED_CARD,
            "c0ffee",
            SCHOOL,
            since_ms=MORNING_MS,
            now_ms=MORNING_MS,
        )
    return made


def write_channels(home: Path, text: str, mode: int = 0o600) -> Path:
    path = home / "alerts.toml"
    path.write_text(text, "utf-8")
    path.chmod(mode)
    settings = home / "bridge.toml"
    settings.write_text(settings.read_text().replace('channels = "" ', 'channels = "alerts.toml" '))
    return path


def test_listing_and_taking(shell: Shell) -> None:
    assert shell.type("alert", "list").splitlines() == [
        f"1: silent: {SCHOOL} {GATE}: since 2026-09-07 00:00:00+00:00",
        f"2: shared_card: {SCHOOL}: since 2026-09-07 00:00:00+00:00",
    ]
    assert "somebody sees to it" in shell.type("alert", "ack", "1")
    told = shell.json("alert", "list", "--past")
    assert [one["acknowledged"] for one in told["alerts"]] == [True, False]
    assert "c0ffee" not in str(told)
    with pytest.raises(SchoolgateError, match="there is no open alert 9"):
        shell.type("alert", "ack", "9")


def test_a_test_message(shell: Shell) -> None:
    with HookSink().running() as hook:
        write_channels(
            shell.home, f'[[channel]]\nname = "it"\nurls = ["{hook.url}"]\nlanguage = "en"\n'
        )
        assert "every address took it" in shell.type("alert", "test", "it")
        assert [post["title"] for post in hook.posts] == ["Schoolgate: Test message"]
        hook.status = 404
        with pytest.raises(SendingError, match="error=404") as failed:
            shell.type("alert", "test", "it")
        assert "secret-token" not in str(failed.value)
    with pytest.raises(SchoolgateError, match="there are: it"):
        shell.type("alert", "test", "cleaners")


@pytest.mark.parametrize(
    ("text", "mode", "remedy"),
    [
        ('[[channel]]\nname = "it"\nurls = ["json://x"]\n', 0o640, "chmod 600"),
        ('[[channel]]\nname = "it"\nurls = []\n', 0o600, "docs/how-to/alerts.md"),
        ('[[channel]]\nname = "it"\nurls = ["json://x"]\nkinds = ["fire"]\n', 0o600, "kinds"),
        ("channel = 5", 0o600, "docs/how-to/alerts.md"),
        (2 * '[[channel]]\nname = "it"\nurls = ["json://x"]\n', 0o600, "rename one"),
    ],
)
def test_a_file_of_channels_that_cannot_be_used(
    tmp_path: Path, text: str, mode: int, remedy: str
) -> None:
    path = tmp_path / "alerts.toml"
    path.write_text(text)
    path.chmod(mode)
    with pytest.raises(ChannelsError, match=remedy):
        read_channels(path)
    with pytest.raises(ChannelsError, match="No such file"):
        read_channels(tmp_path / "none.toml")


def test_the_servers_own_certificates_are_watched(shell: Shell) -> None:
    found = certificates(open_home(shell.home))
    assert found.keys() == {"bridge", "ca"}
    assert min(found.values()) > MORNING_MS
