"""Cards from the roster to the printer, as a school office has it."""

import json
import re
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from gate_contract.card import Card, CardKind, VerifiedCard, verify
from gate_contract.errors import SchoolgateError
from server_bridge.home import open_home
from server_bridge.store.people.people import Person, Placement, add_person, move_person
from tests.builders import printed
from tests.builders.photos import bomb, picture
from tests.server_bridge.cards.test_sheet import words
from tests.server_bridge.command.test_setup import Shell

UNIT = "thcs-a"
NAMES = [
    ("6A", "Nguyễn Văn Ân"),
    ("6A", "Công Tằng Tôn Nữ Khánh Huyền Trang"),
    ("6A", "Lê Thị Ánh"),
    ("6B", "Phạm Đức Đạt"),
    ("6B", "Đỗ Minh Dũng"),
    ("10A", "Vũ Hoàng Yến"),
    ("6A", "Trần Bảo An"),
    ("10A", "Hoàng Gia Bảo"),
]
HANDED_OUT = [
    "Trần Bảo An",
    "Lê Thị Ánh",
    "Nguyễn Văn Ân",
    "Công Tằng Tôn Nữ Khánh Huyền Trang",
    "Đỗ Minh Dũng",
    "Phạm Đức Đạt",
    "Hoàng Gia Bảo",
    "Vũ Hoàng Yến",
    "Đinh Thị Nga",
]


@pytest.fixture
def office(tmp_path: Path) -> Shell:
    shell = Shell(tmp_path / "bridge")
    shell.type("init")
    shell.type("unit", "add", UNIT, "--name", "Trường THCS Lê Quý Đôn")
    home = open_home(shell.home)
    day = datetime.now(home.zone).date() - timedelta(days=30)
    with closing(home.database()) as database, database.write() as connection:
        for number, (group, name) in enumerate(NAMES):
            who = Person(CardKind.PUPIL, name, code=f"33{number:08}")
            add_person(connection, who, Placement(UNIT, group), day, 1)
        nga = Person(CardKind.STAFF, "Đinh Thị Nga", code="GV01")
        add_person(connection, nga, Placement(UNIT, "Tổ Toán"), day, 1)
        gone = add_person(
            connection, Person(CardKind.PUPIL, "Mai Đi", "9"), Placement(UNIT, "6A"), day, 1
        )
        move_person(connection, gone, None, day + timedelta(days=5))
    return shell


def listed(office: Shell) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = json.loads(office.type("card", "list", "--unit", UNIT, "--json"))
    return rows


def decoded(office: Shell, pdf: Path) -> list[Card]:
    keys = open_home(office.home).keys.public_keys()
    found = [verify(c.bytes, keys) for p in printed.pages(pdf, dpi=100) for c in printed.codes(p)]
    assert all(isinstance(card, VerifiedCard) for card in found)
    return [found_card.card for found_card in found if isinstance(found_card, VerifiedCard)]


def test_everybody_gets_a_card_once_and_the_sheet_is_in_order(
    office: Shell, tmp_path: Path
) -> None:
    issue = ["card", "issue", "--unit", UNIT, "--for-roster"]
    assert "9 people have no card" in office.type(*issue, "--dry-run")
    assert "2 people" in office.type(*issue, "--class", "6B", "--dry-run")
    assert listed(office) == []
    assert "2 cards issued" in office.type(*issue, "--class", "6B")
    assert "7 cards issued" in office.type(*issue)
    assert "0 cards issued" in office.type(*issue)
    pictures = tmp_path / "photos"
    pictures.mkdir()
    (pictures / "3300000000.jpg").write_bytes(picture(orientation=6))
    (pictures / "GV01.PNG").write_bytes(picture(kind="PNG"))
    (pictures / "3300000001.png").write_bytes(bomb())
    (pictures / "unknown.jpeg").write_bytes(picture())
    (pictures / "notes.txt").write_text("not a photo")
    told = office.type("card", "photo", "import", str(pictures))
    assert "3300000001.png: it has far too many pixels" in told
    assert "unknown.jpeg: nobody has this code" in told
    assert "2 photos taken in, 2 refused" in told

    sheet = tmp_path / "all.pdf"
    office.type("card", "print", "--unit", UNIT, "--out", str(sheet))
    text = re.sub(r"\s+", " ", words(sheet))
    places = [text.index(name) for name in HANDED_OUT]
    assert places == sorted(places)
    assert "Mai Đi" not in text
    cards = decoded(office, sheet)
    assert len({card.card_id for card in cards}) == len(cards) == 9
    assert sheet.read_bytes().count(b"/Subtype /Image") == 2
    office.type("card", "photo", "remove", "GV01")
    office.type("card", "print", "--unit", UNIT, "--out", str(sheet))
    assert sheet.read_bytes().count(b"/Subtype /Image") == 1
    single = tmp_path / "6A.pdf"
    office.type("card", "print", "--unit", UNIT, "--class", "6A", "--single", "--out", str(single))
    assert len(decoded(office, single)) == 4
    assert "Đạt" not in words(single)


def test_a_lost_card_is_replaced(office: Shell, tmp_path: Path) -> None:
    office.type("card", "issue", "--unit", UNIT, "--for-roster")
    old = next(row for row in listed(office) if row["name"] == "Vũ Hoàng Yến")
    out = tmp_path / "new.pdf"
    told = office.type("card", "reissue", old["number"].lower(), "--out", str(out))
    assert f"{old['number']}: revoked (lost)" in told
    (card,) = decoded(office, out)
    now = {row["number"]: row for row in listed(office) if row["name"] == old["name"]}
    assert now[old["number"]]["state"] == "revoked (lost)"
    (new,) = now.keys() - {old["number"]}
    assert card.card_id.upper().startswith(new.replace("-", ""))
    assert str(card.expires) == old["until"]
    office.type("card", "reissue", "--person", "3300000005", "--reason", "renamed")
    states = [row["state"] for row in listed(office) if row["name"] == old["name"]]
    assert sorted(states) == ["revoked (lost)", "revoked (renamed)", "valid"]
    with pytest.raises(SchoolgateError, match="revoked already"):
        office.type("card", "reissue", old["number"])


def test_a_day_pass_stands_beside_the_card_or_in_its_stead(office: Shell, tmp_path: Path) -> None:
    office.type("card", "issue", "--unit", UNIT, "--for-roster")
    out = tmp_path / "pass.pdf"
    today = datetime.now(open_home(office.home).zone).date()
    a_pass = ["card", "day-pass", "--person", "3300000006", "--out", str(out)]
    office.type(*a_pass)
    (card,) = decoded(office, out)
    assert card.not_before == card.expires == today
    assert "Trần Bảo An" in words(out)

    def states() -> list[str]:
        return sorted(row["state"] for row in listed(office) if row["name"] == "Trần Bảo An")

    assert states() == ["day pass", "valid"]
    office.type("card", "print", "--unit", UNIT, "--class", "6A", "--out", str(out))
    assert len(decoded(office, out)) == 4, "passes are not on the sheets"
    office.type(*a_pass, "--lost", "--paper", "receipt")
    assert states() == ["day pass", "day pass", "revoked (lost)"]
    assert "1 people" in office.type("card", "issue", "--unit", UNIT, "--for-roster", "--dry-run")
    tomorrow = today + timedelta(days=1)
    visitors = ["card", "visitor", "--unit", UNIT, "--count", "3", "--day", str(tomorrow)]
    office.type(*visitors, "--out", str(out))
    assert {(c.kind, c.not_before, c.expires) for c in decoded(office, out)} == {
        (CardKind.VISITOR, tomorrow, tomorrow)
    }


def test_keys_rotate_and_the_old_one_stays_while_it_is_needed(
    office: Shell, tmp_path: Path
) -> None:
    first = json.loads(office.type("card", "issue", "--unit", UNIT, "--json"))[0]
    with pytest.raises(SchoolgateError, match="rotate-key"):
        office.type("card", "retire-key", "1")
    office.type("card", "rotate-key")
    second = json.loads(office.type("card", "issue", "--unit", UNIT, "--json"))[0]
    keys = open_home(office.home).keys.public_keys()
    assert isinstance(verify(first["text"].encode(), keys), VerifiedCard)
    assert isinstance(verify(second["text"].encode(), keys), VerifiedCard)
    assert (first["key_id"], second["key_id"]) == (1, 2)
    office.type("gate", "add", "gate-a1", "--unit", UNIT, "--out", str(tmp_path / "gate"))
    bundle = (tmp_path / "gate" / "gate.toml").read_text()
    assert re.search(r'\n1 = ".*"\n2 = ".*"\n', bundle)
    told = office.type("card", "keys").splitlines()
    assert re.fullmatch(r'1 = ".{44}"  # 1 cards, the last until .*', told[0])
    assert told[1].endswith("; signs new cards")
    with pytest.raises(SchoolgateError, match="1 cards of key 1 are still in use"):
        office.type("card", "retire-key", "1")
    office.type("card", "revoke", first["card_id"], "--reason", "test")
    assert "can go: card retire-key 1" in office.type("card", "keys")
    office.type("card", "retire-key", "1")
    assert open_home(office.home).keys.public_keys().keys() == {2}
    assert (office.home / "keys" / "retired-card-1.pem").exists()
    (office.home / "keys" / "card-2.pem").rename(office.home / "lost.pem")
    (office.home / "keys" / "retired-card-1.pem").rename(office.home / "keys" / "card-1.pem")
    assert "# 1 cards need keys/card-2.pem" in office.type("card", "keys")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["issue", "--unit", UNIT, "--for-roster", "--count", "3"], "leave --count out"),
        (["issue", "--unit", UNIT, "--dry-run"], "go with --for-roster"),
        (["issue", "--unit", "nowhere", "--for-roster"], "unit list"),
        (["list", "--unit", "nowhere"], "unit list"),
        (["print", "--unit", UNIT, "--class", "6A"], "issue some first"),
        (["revoke", "hello"], "not a card's number"),
        (["revoke", "0000-0000-0000"], "card list"),
        (["revoke", "0000-0000-0000", "--reason", "x" * 41], "40"),
        (["reissue"], "say which card"),
        (["reissue", "--person", "GV01"], "has no card"),
        (["reissue", "--person", "nobody"], "nobody with the code"),
        (["day-pass", "--person", "9", "--out", "p.pdf"], "nobody with the code"),
        (["day-pass", "--person", "GV01", "--day", "2026-01-01", "--out", "p.pdf"], "is over"),
        (["visitor", "--unit", "nowhere", "--out", "p.pdf"], "unit list"),
        (["visitor", "--unit", UNIT, "--out", "no/such/p.pdf"], "choose a folder"),
        (["retire-key", "7"], "no key 7"),
        (["photo", "import", "/etc/ssl"], "no JPEG"),
        (["photo", "remove", "nobody"], "0 people have the code"),
    ],
)
def test_a_mistake_is_one_sentence(stocked: Shell, words: list[str], named: str) -> None:
    with pytest.raises(SchoolgateError, match=named):
        stocked.type("card", *words)


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Return a shared office, for tests that change nothing."""
    shell = Shell(tmp_path_factory.mktemp("shared") / "bridge")
    shell.type("init")
    shell.type("unit", "add", UNIT, "--name", "Trường THCS Lê Quý Đôn")
    home = open_home(shell.home)
    with closing(home.database()) as database, database.write() as connection:
        who = Person(CardKind.STAFF, "Đinh Thị Nga", code="GV01")
        day = datetime.now(home.zone).date()
        add_person(connection, who, Placement(UNIT, "Tổ Toán"), day, 1)
    return shell
