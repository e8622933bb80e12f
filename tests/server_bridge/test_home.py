"""The bridge's folder: its keys, its broker, its mistakes."""

from pathlib import Path

import pytest

from gate_contract.errors import SchoolgateError
from server_bridge.home import Home, HomeError, initialise, open_home
from server_bridge.settings import sample
from server_bridge.store.database import StoreError


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return initialise(tmp_path / "bridge")


def change(home: Home, old: str, new: str) -> Home:
    path = home.folder / "bridge.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    return open_home(home.folder)


def test_a_second_time_keeps_everything(home: Home) -> None:
    before = {path: path.read_bytes() for path in home.folder.rglob("*.pem")}
    again = initialise(home.folder)
    assert before == {path: path.read_bytes() for path in again.folder.rglob("*.pem")}
    assert len(before) == 6


def test_older_card_keys_stay_known_to_gates(home: Home) -> None:
    old = home.keys.public_keys()[1].public_bytes_raw()
    home = change(home, "key_id = 1", "key_id = 2")
    home.keys.make_card_key()
    keys = {key_id: key.public_bytes_raw() for key_id, key in home.keys.public_keys().items()}
    assert keys.keys() == {1, 2}
    assert keys[1] == old != keys[2]


@pytest.mark.parametrize(
    ("host", "listen", "expected"),
    [
        ("127.0.0.1", "", "127.0.0.1"),
        ("localhost", "", "localhost"),
        ("broker.example.vn", "", "0.0.0.0"),  # noqa: S104 (what is asked about)
        ("broker.example.vn", "10.0.0.7", "10.0.0.7"),
    ],
)
def test_the_broker_listens_where_gates_come(
    home: Home, host: str, listen: str, expected: str
) -> None:
    home = change(home, 'host = "127.0.0.1"                  # as', f'host = "{host}" # as')
    home = change(home, 'listen = ""', f'listen = "{listen}"')
    assert home.broker_listens_on == expected
    assert home.endpoint().host == host  # the name that its certificate bears


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("[web]", "[wbe]", "wbe"),
        ("Asia/Ho_Chi_Minh", "Asia/Atlantis", "Asia/Atlantis"),
        ("port = 8883", "port = 0", "port"),
        ("key_id = 1", "key_id = 999", "key_id"),
    ],
)
def test_a_mistake_is_named(home: Home, old: str, new: str, named: str) -> None:
    with pytest.raises(HomeError, match=named):
        change(home, old, new)


@pytest.mark.parametrize("url", ["nonsense", "mysql://somewhere/bridge"])
def test_a_database_that_cannot_be_used_is_named(home: Home, url: str) -> None:
    home = change(home, "sqlite:///bridge.db", url)
    with pytest.raises(StoreError, match="postgresql"):
        home.database()


def test_a_folder_that_is_none_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="gate-bridge init"):
        open_home(tmp_path)


def test_a_lost_card_key_is_named(home: Home) -> None:
    (home.folder / "keys" / "card-1.pem").unlink()
    with pytest.raises(SchoolgateError, match=r"card-1\.pem"):
        home.keys.card_key()


def test_the_sample_is_the_default() -> None:
    assert "timezone" in sample()
